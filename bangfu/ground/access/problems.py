"""What can go wrong with people, organisations and sealed values."""

from bangfu.core.problems import kind
from bangfu.ground.acts.problems import for_constraint

NO_SUCH_ORGANISATION = kind(
    "access.no_such_organisation",
    zh="没有代码为“{code}”的工会。",
    en="There is no union with the code “{code}”.",
    do_zh="请用工会的行政区划代码，如祥云县 532923。",
    do_en="Use the code of its division, such as 532923 for Xiangyun.",
)
NO_APPOINTMENT = kind(
    "access.no_appointment",
    zh="账号“{username}”目前没有任何岗位。",
    en="The account “{username}” has no current appointment.",
    do_zh="请管理员先任命岗位。",
    do_en="Ask an administrator for an appointment.",
)
ORGANISATIONS_FILE = kind(
    "access.organisations_file",
    zh="组织机构文件“{file}”第 {row} 行不能用：{why}。",
    en="Row {row} of the organisations file “{file}” cannot be used: {why}.",
    do_zh="需要 code、name、level、parent 四列，上级写在下级之前。",
    do_en="It needs the columns code, name, level, parent, with those above before those below.",
)
CANNOT_UNSEAL = kind(
    "access.cannot_unseal",
    zh="加密的内容（{column}）解不开，密钥文件可能已更换或内容被改动。",
    en="A sealed value ({column}) cannot be opened: the key file was exchanged, or the value was altered.",
    do_zh="请恢复原来的密钥文件 keys.json。",
    do_en="Restore the former key file keys.json.",
)
NOT_FOR_ONESELF = kind(
    "access.not_for_oneself",
    zh="这件事不能给自己办。",
    en="Nobody may do this for themselves.",
    do_zh="请由另一位管理员办理。",
    do_en="Ask another administrator.",
)
INCOMPATIBLE_ROLES = kind(
    "access.incompatible_roles",
    zh="“{name}”同一时期任“{held}”，不能再任“{wanted}”。",
    en="{name} is “{held}” in this period and cannot be “{wanted}” as well.",
    do_zh="请换一个人，或先免去原来的岗位；为什么要分开，见“岗位和权限”。",
    do_en="Choose somebody else, or end the other appointment first; “Roles and rights” says why they are apart.",
)
ROLES_APART = kind(
    "access.roles_apart",
    zh="这个人在同一时期会有两个不相容的岗位，没有保存。",
    en="This person would hold two incompatible roles at the same time; nothing was saved.",
    do_zh="请刷新页面，看看此人现在有哪些岗位。",
    do_en="Reload the page and see which roles the person holds now.",
)
APPOINTED_ALREADY = kind(
    "access.appointed_already",
    zh="这个人在这一时期已经有这个岗位。",
    en="This person already holds this appointment in this period.",
    do_zh="请核对起止日期。",
    do_en="Check the days from and to.",
)
STOOD_IN_ALREADY = kind(
    "access.stood_in_already",
    zh="这个岗位在这段时间已经有人代办。",
    en="Somebody already stands in for this appointment in this period.",
    do_zh="请先结束原来的代办，或换一段时间。",
    do_en="End the former delegation first, or choose other days.",
)
USERNAME_TAKEN = kind(
    "access.username_taken",
    zh="账号“{username}”已经有人用。",
    en="The user name “{username}” is taken.",
    do_zh="请换一个账号；如果就是这个人，请在其账号下增加岗位。",
    do_en="Choose another one; if it is the same person, add an appointment to that account.",
)
USERNAME_FORM = kind(
    "access.username_form",
    zh="账号“{username}”不能用。",
    en="The user name “{username}” cannot be used.",
    do_zh="请用 2 到 40 个小写字母、数字、点、横线，以字母开头。",
    do_en="Use 2 to 40 small letters, digits, dots and hyphens, beginning with a letter.",
)
PERIOD_BACKWARDS = kind(
    "access.period_backwards",
    zh="结束日期（{last}）在开始日期（{first}）之前。",
    en="The last day ({last}) is before the first ({first}).",
    do_zh="请改日期。",
    do_en="Change the days.",
)
NOT_A_COLLEAGUE = kind(
    "access.not_a_colleague",
    zh="“{name}”目前在{organisation}没有岗位，不能代办。",
    en="{name} has no current appointment at {organisation} and cannot stand in.",
    do_zh="请选同一单位的同事。",
    do_en="Choose a colleague of the same organisation.",
)
TOO_MANY_FAILURES = kind(
    "access.too_many_failures",
    zh="输错次数太多，请过 {minutes} 分钟再试。",
    en="Too many failed attempts: try again in {minutes} min.",
    do_zh="急用时请找安全管理员解锁；不是您本人输错的，也请告诉安全管理员。",
    do_en="If it is urgent, ask the security administrator to unlock it; tell them too if it was not you who tried.",
)
FACTOR_WRONG = kind(
    "access.factor_wrong",
    zh="验证没有通过：验证码不对，或已经用过。",
    en="This was not accepted: the code is wrong, or was used before.",
    do_zh="请等下一个验证码；手机和电脑的时间要准。",
    do_en="Wait for the next code; the clocks of phone and computer must be right.",
)
KEY_REFUSED = kind(
    "access.key_refused",
    zh="安全密钥没有通过验证（{why}）。",
    en="The security key was not accepted ({why}).",
    do_zh="请重试；仍不行，请用验证码或恢复码。",
    do_en="Try again; if that does not help, use a code or a recovery code.",
)
NO_SUPERIOR = kind(
    "access.no_superior",
    zh="本单位和上级都没有可以告知的领导或审计人员，不能应急查看。",
    en="Neither your organisation nor those above have a leader or auditor who could be told: the glass stays whole.",
    do_zh="请安全管理员先任命领导或审计岗位。",
    do_en="Ask the security administrator to appoint a leader or an auditor first.",
)
GLASS_OPEN = kind(
    "access.glass_open",
    zh="应急查看已经开始，到 {until} 为止。",
    en="The glass is broken already, until {until}.",
    do_zh="请先用完或结束这一次。",
    do_en="Use or end this one first.",
)
WORDS_NEEDED = kind(
    "access.words_needed",
    zh="请用 5 到 200 个字说明缘由，不要写身份证号、银行卡号。",
    en="Say why in 5 to 200 characters, without any ID or card number.",
    do_zh="上级会看到这段话。",
    do_en="The superior will read it.",
)
for_constraint("duties_apart", ROLES_APART)
for_constraint("appointment_once_at_a_time", APPOINTED_ALREADY)
for_constraint("one_stand_in_at_a_time", STOOD_IN_ALREADY)
