// Bundles the office pages' styles, scripts and icons into the folder given as the one argument.
import { build } from "esbuild";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const require = createRequire(import.meta.url);
const here = import.meta.dirname;
const out = resolve(process.argv[2] ?? join(here, "../../bangfu/terminals/desk/static/desk"));

async function sprite() {
  const names = JSON.parse(await readFile(join(here, "src/icons.json"), "utf8"));
  const symbols = await Promise.all(
    names.map(async (name) => {
      const svg = await readFile(require.resolve(`@tabler/icons/outline/${name}.svg`), "utf8");
      const drawing = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
      return `<symbol id="${name}" viewBox="0 0 24 24">${drawing.replace(/\s*\n\s*/g, "")}</symbol>`;
    }),
  );
  await writeFile(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

// The pages are light only. Tabler says light-dark(a, b), which browsers before 2024 do not know; offices still have them: say a.
function lightOnly(css) {
  for (let at = css.indexOf("light-dark("); at >= 0; at = css.indexOf("light-dark(", at)) {
    let depth = 0;
    let comma = 0;
    let end = at + "light-dark".length;
    do {
      depth += { "(": 1, ")": -1 }[css[end]] ?? 0;
      if (css[end] === "," && depth === 1 && comma === 0) comma = end;
      end += 1;
    } while (depth > 0);
    css = css.slice(0, at) + css.slice(at + "light-dark(".length, comma) + css.slice(end);
  }
  return css;
}

const tabler = {
  name: "tabler",
  setup(plugin) {
    plugin.onLoad({ filter: /tabler\.css$/ }, async ({ path }) => ({ contents: lightOnly(await readFile(path, "utf8")), loader: "css" }));
  },
};

await mkdir(out, { recursive: true });
await build({
  entryPoints: [
    { in: join(here, "src/desk.ts"), out: "desk" },
    { in: join(here, "src/desk.css"), out: "desk" },
  ],
  plugins: [tabler],
  loader: { ".svg": "dataurl" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome109", "firefox115", "safari16"],
  charset: "utf8",
  legalComments: "eof",
  logLevel: "warning",
});
await copyFile(join(here, "src/mark.svg"), join(out, "mark.svg"));
await sprite();
