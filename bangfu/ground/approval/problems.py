"""What can go wrong with a case."""

from bangfu.core.problems import kind
from bangfu.ground.acts.problems import for_constraint

_OPEN_AGAIN_ZH, _OPEN_AGAIN_EN = "请从审批列表重新打开。", "Open it again from the list of approvals."
_ANOTHER_ZH, _ANOTHER_EN = "请由另一位有此职责的同事办理。", "Let another colleague who has this duty do it."
_CHOOSE_ZH, _CHOOSE_EN = "请另选一人。", "Choose somebody else."

CLOSED = kind(
    "approval.closed",
    zh="这件事已经办结，没有保存。",
    en="This is closed already; nothing was saved.",
    do_zh=_OPEN_AGAIN_ZH,
    do_en=_OPEN_AGAIN_EN,
)
NOT_YOUR_STEP = kind(
    "approval.not_your_step",
    zh="这一步不由您的岗位和单位办理。",
    en="This step is not for your role and your union.",
    do_zh="请由审批流程里写明的岗位办理。",
    do_en="Let somebody in the role that the chain names do it.",
)
ASSIGNED = kind(
    "approval.assigned",
    zh="这一步已交给{name}办理。",
    en="This step was handed to {name}.",
    do_zh="请由{name}办理，或请{name}转给您。",
    do_en="Let {name} do it, or ask {name} to hand it to you.",
)
PROPOSER_DECIDES = kind(
    "approval.proposer_decides",
    zh="提出的人不能审批同一件事（代别人办理也一样）。",
    en="Whoever proposed something cannot decide it, nor decide it for somebody else.",
    do_zh=_ANOTHER_ZH,
    do_en=_ANOTHER_EN,
)
DECIDED_ALREADY = kind(
    "approval.decided_already",
    zh="同一件事里，您（或您所代的人）已在另一步表过态。",
    en="You, or the person you act for, have already taken part in this in another capacity.",
    do_zh=_ANOTHER_ZH,
    do_en=_ANOTHER_EN,
)
DECIDER_PROPOSES = kind(
    "approval.decider_proposes",
    zh="审批过这件事的人不能再提出它。",
    en="Whoever has decided on this cannot propose it.",
    do_zh=_ANOTHER_ZH,
    do_en=_ANOTHER_EN,
)
ONE_PERSON_TWICE = kind(
    "approval.one_person_twice",
    zh="数据库不接受：同一个人在同一件事里只能有一种身份（提出，或某一步的审批）。",
    en="The database refuses: one person has one capacity in a matter (its proposer, or the one who decides a step).",
    do_zh=_ANOTHER_ZH,
    do_en=_ANOTHER_EN,
)
OPEN_ALREADY = kind(
    "approval.open_already",
    zh="这件事已经在审批中。",
    en="This is being decided already.",
    do_zh="请等审批结束，或先撤回。",
    do_en="Wait for the decision, or withdraw it first.",
)
SUBJECT_CHANGED = kind(
    "approval.subject_changed",
    zh="提出之后有了变化（{lines}），不能再按原样签署。",
    en="What was proposed has changed since ({lines}); it cannot be signed as it was.",
    do_zh="请看清变化，再退回提出的人。",
    do_en="Look at what changed, then return it to whoever proposed it.",
)
NOT_WHAT_WAS_SEEN = kind(
    "approval.not_what_was_seen",
    zh="您看到的不是现在要签的这一份，没有保存。",
    en="What you saw is not what would be signed now; nothing was saved.",
    do_zh=_OPEN_AGAIN_ZH,
    do_en=_OPEN_AGAIN_EN,
)
PROOF_WANTED = kind(
    "approval.proof_wanted",
    zh="签署这一项要在 {minutes} 分钟之内再次确认是您本人。",
    en="To sign this you must have proved within the last {minutes} minutes that it is you.",
    do_zh="请先输入密码确认，再签署。",
    do_en="Confirm with your password first, then sign.",
)
NOT_YOURS_TO_WITHDRAW = kind(
    "approval.not_yours_to_withdraw",
    zh="只有提出的人可以撤回。",
    en="Only whoever proposed it can withdraw it.",
    do_zh="如有不妥，请退回。",
    do_en="If something is wrong, return it.",
)
NO_SUCH_STEP = kind(
    "approval.no_such_step",
    zh="不能退到这一步。",
    en="It cannot be returned to that step.",
    do_zh="请选前面的一步，或退给提出的人。",
    do_en="Choose an earlier step, or return it to whoever proposed it.",
)
NOBODY_NAMED = kind(
    "approval.nobody_named",
    zh="没有选人。",
    en="Nobody is named.",
    do_zh="请选一位同事。",
    do_en="Choose a colleague.",
)
TO_ONESELF = kind(
    "approval.to_oneself",
    zh="不能交给自己。",
    en="It cannot be handed to oneself.",
    do_zh=_CHOOSE_ZH,
    do_en=_CHOOSE_EN,
)
NOT_SUITED = kind(
    "approval.not_suited",
    zh="{name}没有办理这一步的岗位。",
    en="{name} has no appointment for this step.",
    do_zh=_CHOOSE_ZH,
    do_en=_CHOOSE_EN,
)
HAS_TAKEN_PART = kind(
    "approval.has_taken_part",
    zh="{name}在这件事里已有别的身份，不能再办这一步。",
    en="{name} already has another capacity in this and cannot decide this step.",
    do_zh=_CHOOSE_ZH,
    do_en=_CHOOSE_EN,
)
ADDED_ENOUGH = kind(
    "approval.added_enough",
    zh="这件事不能再加签。",
    en="Nobody more can be asked to countersign this.",
    do_zh="请表态，或退回。",
    do_en="Decide, or return it.",
)
ASKED_OF_YOU = kind(
    "approval.asked_of_you",
    zh="加签是请您本人表态，不能转给别人。",
    en="You yourself were asked to countersign; that cannot be handed on.",
    do_zh="请表态，或退回。",
    do_en="Decide, or return it.",
)
WORD_NEEDED = kind(
    "approval.word_needed",
    zh="没有写意见。",
    en="There is no opinion in words.",
    do_zh="请写一句，或选一句常用的。",
    do_en="Write a sentence, or choose a usual one.",
)
TOO_MANY = kind(
    "approval.too_many",
    zh="一次最多办 {most} 件，这次是 {given} 件。",
    en="At most {most} can be decided at once; these are {given}.",
    do_zh="请分几次办理。",
    do_en="Do it in several parts.",
)
NO_UNIT = kind(
    "approval.no_unit",
    zh="审批流程“{chain}”要由“{level}”一级办理，这里往上没有这一级的工会。",
    en="The chain “{chain}” needs a union of the level {level}, and there is none on the way up from here.",
    do_zh="请在组织机构里补上，或换一个审批流程。",
    do_en="Enter that union, or set another chain.",
)
NO_SUBJECT = kind(
    "approval.no_subject",
    zh="所审批的内容已不存在（{subject}）。",
    en="What is to be decided no longer exists ({subject}).",
    do_zh="请撤回或退回。",
    do_en="Withdraw or return it.",
)
DATABASE_KEEPS = kind(
    "approval.database_keeps",
    zh="数据库不接受：每一步都要有另一个人对同一内容签署的意见，签过的不能改。",
    en="The database refuses: every step needs another person's signed opinion on the same content, and what is signed stays.",
    do_zh=_OPEN_AGAIN_ZH,
    do_en=_OPEN_AGAIN_EN,
)
for_constraint("one_capacity_per_person", ONE_PERSON_TWICE)
for_constraint("approval_case_proposer_part", ONE_PERSON_TWICE)
for_constraint("approval_opinion_part", ONE_PERSON_TWICE)
for_constraint("approval_opinion_behalf_part", ONE_PERSON_TWICE)
for_constraint("one_open_case_per_subject", OPEN_ALREADY)
for_constraint("approval_guard", DATABASE_KEEPS)
