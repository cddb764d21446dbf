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
