"""What can go wrong with a delivery on its way to use."""

from bangfu.core.problems import kind
from bangfu.ground.acts.problems import for_constraint

COVERAGE = kind(
    "delivery.coverage",
    zh="覆盖范围“{code}”不是行政区划代码。",
    en="The coverage “{code}” is no division code.",
    do_zh="请填 2 至 12 位数字的行政区划代码，如大理州 5329、祥云县 532923；不填表示全部地方。",
    do_en="Give division codes of 2 to 12 digits, such as 5329 or 532923; none means every place.",
)
BASIS = kind(
    "delivery.basis",
    zh="没有“{basis}”这种依据。",
    en="There is no such basis as “{basis}”.",
    do_zh="请从列出的依据里选一个。",
    do_en="Choose one of those listed.",
)
WIDTHS = kind(
    "delivery.widths",
    zh="列宽“{given}”写得不对。",
    en="The widths “{given}” are not right.",
    do_zh="请写成“姓名=20,身份证号=18”，宽度按字节算。",
    do_en="Write “heading=bytes”, separated by commas: “姓名=20,身份证号=18”.",
)
NOT_AT_THIS_STEP = kind(
    "delivery.not_at_this_step",
    zh="这份数据现在是“{state}”，不能再做这一步。",
    en="This delivery is now “{state}”; this step can no longer be done.",
    do_zh="请刷新查看。",
    do_en="Reload the page.",
)
CONTROL_TOTAL = kind(
    "delivery.control_total",
    zh="提供部门说有 {expected} 行，文件里有 {found} 行，没有启用。",
    en="The department states {expected} rows and the file has {found}; it was not put to use.",
    do_zh="请向提供部门核实；确认可用的，写明原因再启用。",
    do_en="Ask the department; if it may be used as it is, say why.",
)
OLDER = kind(
    "delivery.older",
    zh="这份数据截至 {as_of}，比正在用的（截至 {active}）旧，没有启用。",
    en="This delivery is as of {as_of}, older than the one in use (as of {active}); it was not put to use.",
    do_zh="请检查截至日期；确实要换回旧数据的，写明原因再启用。",
    do_en="Check its as-of date; if the older one is really wanted, say why.",
)
CHECK_AGAIN = kind(
    "delivery.check_again",
    zh="检查之后，同一范围的另一份已经启用，变化的行数不再准确，没有启用。",
    en="Another delivery of the same coverage came into use after this check, so its counts no longer hold; it was not put to use.",
    do_zh="请重新检查，再启用。",
    do_en="Check it again, then put it to use.",
)
REASON_NEEDED = kind(
    "delivery.reason_needed",
    zh="没有写原因。",
    en="No reason was given.",
    do_zh="请写明为什么不用这份数据，好让提供部门知道改什么。",
    do_en="Say why it is not used, so that the department knows what to mend.",
)
RAW_DROPPED = kind(
    "delivery.raw_dropped",
    zh="“{file}”已过保存期，上传的文件和原始行已经删除。",
    en="“{file}” was kept as long as it may be; the uploaded file and its rows are gone.",
    do_zh="需要时请提供部门再给一份。",
    do_en="Ask the department for it again if it is needed.",
)
for_constraint("delivery_in_use_has_its_rows", RAW_DROPPED)
for_constraint(
    "one_active_delivery",
    kind(
        "delivery.two_active",
        zh="同一范围的这类数据已有一份在用，没有启用第二份。",
        en="A delivery of this dataset and coverage is in use already; a second one was not put to use.",
        do_zh="请刷新后重试。",
        do_en="Reload the page and try again.",
    ),
)
