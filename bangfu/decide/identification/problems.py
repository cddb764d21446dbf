"""What can go wrong in identification. ``call.*`` is a bad call (exit code 2)."""

from bangfu.core.problems import kind

_TAKES_ZH = "可用的有：{known}。"
_TAKES_EN = "It takes: {known}."

UNKNOWN_RULES = kind(
    "call.unknown_rules",
    zh="没有叫“{name}”的规则集。",
    en="There is no rule set called “{name}”.",
    do_zh="可用的有：{known}。",
    do_en="There are: {known}.",
)
SETTING_FORM = kind(
    "call.setting_form",
    zh="“{given}”不是“名称=数值”的写法。",
    en="“{given}” is not of the form name=value.",
    do_zh="请写成 minimum_allowance=1062.00 这样。",
    do_en="Write it like minimum_allowance=1062.00.",
)
UNKNOWN_SETTING = kind(
    "call.unknown_setting",
    zh="规则集 {rules} 没有“{name}”这一参数。",
    en="The rule set {rules} has no setting “{name}”.",
    do_zh=_TAKES_ZH,
    do_en=_TAKES_EN,
)
SETTING_TWICE = kind(
    "call.setting_twice",
    zh="参数 {name} 给了两次。",
    en="The setting {name} is given twice.",
    do_zh="请只给一次。",
    do_en="Give it once.",
)
NOT_YUAN = kind(
    "call.setting_not_yuan",
    zh="参数 {name}＝“{value}”不是大于 0 的金额（元，最多两位小数）。",
    en="The setting {name} = “{value}” is not an amount above 0 (yuan, at most two decimals).",
    do_zh="请写成 1062.00 这样的数字。",
    do_en="Write a figure such as 1062.00.",
)
NOT_A_FACTOR = kind(
    "call.setting_not_a_factor",
    zh="参数 {name}＝“{value}”不是大于 0 的倍数或比例。",
    en="The setting {name} = “{value}” is not a multiple or a ratio above 0.",
    do_zh="请写成 2 或 0.8 这样的数字，最多六位小数。",
    do_en="Write a figure such as 2 or 0.8, with at most six decimals.",
)
ALLOWANCE_MISSING = kind(
    "call.allowance_missing",
    zh="没有给出当地最低生活保障标准，规则集 {rules} 不能计算。",
    en="The local minimum living allowance is not given, and the rule set {rules} cannot do without it.",
    do_zh="请加上 --set {name}=1062.00（元/人·月，按当地现行标准）。",
    do_en="Add --set {name}=1062.00 (yuan a person and month, as in force where the household lives).",
)
GATE_FIGURE_MISSING = kind(
    "call.gate_figure_missing",
    zh="规则集 {rules} 要求人均可支配收入低于上年度全省数，没有给出这个数。",
    en="The rule set {rules} asks for an income per head below last year's provincial figure, which is not given.",
    do_zh="请加上 --set {name}=金额（元/人·年）。",
    do_en="Add --set {name}=AMOUNT (yuan a head and year).",
)
CANNOT_READ = kind(
    "call.cannot_read",
    zh="“{name}”读不出来（{why}）。",
    en="“{name}” cannot be read ({why}).",
    do_zh="请检查文件名和权限。",
    do_en="Check the file's name and your rights to it.",
)
_FINDINGS_ZH = "请给 bangfu compare 写出的 .parquet 或 .csv 文件。"
_FINDINGS_EN = "Give the .parquet or .csv file that bangfu compare wrote."
FINDINGS_UNREADABLE = kind(
    "identification.findings_unreadable",
    zh="“{name}”不是比对结果文件，或已损坏。",
    en="“{name}” is no file of findings, or is damaged.",
    do_zh=_FINDINGS_ZH,
    do_en=_FINDINGS_EN,
)
FINDINGS_COLUMNS = kind(
    "identification.findings_columns",
    zh="“{name}”缺少这些列：{columns}。",
    en="“{name}” lacks these columns: {columns}.",
    do_zh=_FINDINGS_ZH,
    do_en=_FINDINGS_EN,
)
RULES_BROKEN = kind(
    "identification.rules_broken",
    zh="规则文件 {name} 有错：{why}。",
    en="The rule file {name} has an error: {why}.",
    do_zh="请按文件开头的说明改正。",
    do_en="Correct it as the head of the file explains.",
)
RULES_GONE = kind(
    "identification.rules_gone",
    zh="认定所依据的规则集 {name}（版本 {version}）已不在 policy/identification 里，不能重算。",
    en="The rule set {name} (version {version}) that this determination stands on is no longer in policy/identification.",
    do_zh="请放回当时的规则文件再重算。",
    do_en="Put that version of the rule file back and compute again.",
)
STORED_UNREADABLE = kind(
    "identification.stored_unreadable",
    zh="这一条不是保存的认定结果（{why}）。",
    en="This is no stored determination ({why}).",
    do_zh="请给 bangfu identify --trace 写出的文件，每行一条，不要改动。",
    do_en="Give the file that bangfu identify --trace wrote, one to a line, unchanged.",
)
FORMAT_CHANGED = kind(
    "identification.format_changed",
    zh="这一条是按第 {found} 版格式保存的，现在的程序是第 {known} 版，不能逐字节比较。",
    en="This determination was stored in format {found}; this program writes format {known}, so bytes cannot be compared.",
    do_zh="请用当时版本的程序重算。",
    do_en="Compute it again with the version of the program that wrote it.",
)
NO_PERSONS = kind(
    "identification.no_persons",
    zh="家庭人数是 {persons}，不能按人均计算。",
    en="The household has {persons} persons, so nothing can be computed per head.",
    do_zh="请补上户主和共同生活的家庭成员。",
    do_en="Enter the head and the members who live together.",
)
SUPERSEDED = kind(
    "identification.superseded",
    zh="情况有变化，这条建议已被新的代替，没有保存。",
    en="Something has changed: this proposal was superseded by a new one; nothing was saved.",
    do_zh="请打开这户看新的建议，再决定。",
    do_en="Open the household, look at the new proposal, then decide.",
)
ALREADY_SETTLED = kind(
    "identification.already_settled",
    zh="这户已经核实过了（{state}），没有改动。",
    en="This household is already settled ({state}); nothing was changed.",
    do_zh="请先撤销那次核实，或看下一户。",
    do_en="Undo that settlement first, or go on to the next household.",
)
QUESTION_NEEDED = kind(
    "identification.question_needed",
    zh="没有写要家庭说明什么。",
    en="It is not said what the family is asked.",
    do_zh="请写清楚要说明的事和要带的材料。",
    do_en="Write what they should explain, and which papers to bring.",
)
REASON_NEEDED = kind(
    "identification.reason_needed",
    zh="部门数据有 {contradictions} 处与档案矛盾，属实上报须写明怎样核实的。",
    en="Departments' data contradict the file in {contradictions} places: to accept it, say how that was cleared up.",
    do_zh="请写明核实的经过，或先请家庭说明。",
    do_en="Write how it was cleared up, or ask the family first.",
)
NOT_MET_IS_A_REFUSAL = kind(
    "identification.not_met_is_a_refusal",
    zh="按数字不符合任何一类，上报它就是不予认定，不能由一个人决定。",
    en="The figures meet no class: to accept that is to refuse the family, which no one person decides.",
    do_zh="请选“提议不予认定”，由另一人复核；数字有误的，先改档案或请家庭说明。",
    do_en="Propose a refusal, for a second person to decide; where figures are wrong, correct the file or ask the family first.",
)
REASON_CODE = kind(
    "identification.reason_code",
    zh="“{code}”不是这套规则里可以用的理由。",
    en="“{code}” is no reason that these rules know for this class.",
    do_zh="可用的有：{known}。",
    do_en="There are: {known}.",
)
REFUSAL_REASON_NEEDED = kind(
    "identification.refusal_reason_needed",
    zh="提议不予认定须写明理由。",
    en="To propose a refusal, its reason must be written.",
    do_zh="请写出事实和依据，家庭和复核人都会看到。",
    do_en="Write the facts and what they stand on; the family and the second person will read it.",
)
FAMILY_NOT_HEARD = kind(
    "identification.family_not_heard",
    zh="还没有听过家庭的说明，不能提议不予认定。",
    en="The family has not been heard yet: no refusal can be proposed.",
    do_zh="请先请家庭说明并记录答复；到期未答复的，到期后再提议。",
    do_en="Ask the family and record its answer; where it does not answer, propose it when its time is over.",
)
NOTHING_ASKED = kind(
    "identification.nothing_asked",
    zh="这户没有等答复的询问。",
    en="No question to this family waits for an answer.",
    do_zh="请刷新后再看。",
    do_en="Reload and look again.",
)
ANSWER_NEEDED = kind(
    "identification.answer_needed",
    zh="没有写家庭的答复。",
    en="The family's answer is not written.",
    do_zh="请写家庭说了什么、交了什么材料。",
    do_en="Write what the family said and which papers it gave.",
)
NOT_YOURS_TO_UNDO = kind(
    "identification.not_yours_to_undo",
    zh="这次核实是 {name} 做的，只能由本人撤销。",
    en="{name} settled this; only the same person can take it back.",
    do_zh="请由 {name} 撤销，或在情况变化后重新核实。",
    do_en="Ask {name} to undo it.",
)
TOO_LATE_TO_UNDO = kind(
    "identification.too_late_to_undo",
    zh="这次核实之后又有了新的变化，不能再撤销。",
    en="Something has happened since: this settlement can no longer be undone.",
    do_zh="请打开这户看现在的状态。",
    do_en="Open the household and see where it stands.",
)
TOO_MANY = kind(
    "identification.too_many",
    zh="一次最多批量核实 {most} 户，这里有 {given} 户。",
    en="At most {most} households can be accepted at once; these are {given}.",
    do_zh="请分几次办理。",
    do_en="Do it in several parts.",
)
