/**
 * Security keys (WebAuthn). <form data-key-question='{…}'> asks a key that is known, <form data-key-new='{…}'> makes one known;
 * a button with data-key-use begins. What the key answers goes into the field "answer", and the form is sent.
 */
import { within } from "./dom";

type Json = Record<string, unknown>;

export function keys(): void {
  document.addEventListener("click", (event) => {
    const form = within(event, "[data-key-use]")?.closest("form");
    if (form) void use(form);
  });
}

async function use(form: HTMLFormElement): Promise<void> {
  const wrong = form.querySelector<HTMLElement>("[data-key-wrong]");
  const field = form.querySelector<HTMLInputElement>("[name=answer]");
  if (wrong) wrong.hidden = true;
  try {
    const credential = await asked(form.dataset);
    if (!(credential instanceof PublicKeyCredential) || !field) throw new TypeError("no credential");
    field.value = JSON.stringify(written(credential));
    // Not requestSubmit: a code is not asked for when a key has answered.
    form.submit();
  } catch {
    if (wrong) wrong.hidden = false;
  }
}

function asked(said: DOMStringMap): Promise<Credential | null> {
  if (said["keyNew"]) {
    const options = JSON.parse(said["keyNew"]) as Json;
    const user = options["user"] as Json;
    return navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options["challenge"]),
        user: { ...user, id: bytes(user["id"]) },
        excludeCredentials: descriptors(options["excludeCredentials"]),
      } as unknown as PublicKeyCredentialCreationOptions,
    });
  }
  const options = JSON.parse(said["keyQuestion"] ?? "{}") as Json;
  return navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options["challenge"]),
      allowCredentials: descriptors(options["allowCredentials"]),
    } as unknown as PublicKeyCredentialRequestOptions,
  });
}

/** As the library on the server reads it. */
function written(credential: PublicKeyCredential): Json {
  const { response } = credential;
  const said: Json = { clientDataJSON: text(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    said["attestationObject"] = text(response.attestationObject);
    said["transports"] = response.getTransports();
  } else if (response instanceof AuthenticatorAssertionResponse) {
    said["authenticatorData"] = text(response.authenticatorData);
    said["signature"] = text(response.signature);
    if (response.userHandle) said["userHandle"] = text(response.userHandle);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: said,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

function descriptors(listed: unknown): unknown[] {
  return ((listed ?? []) as Json[]).map((one) => ({ ...one, id: bytes(one["id"]) }));
}

function bytes(base64url: unknown): Uint8Array {
  const binary = atob(String(base64url).replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
