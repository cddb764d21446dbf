"""Why a row was set aside or a number is unusable, in words for people."""

# Reason → Chinese, English. The reasons are those of core.ids.Fault, and "columns".
REASONS: dict[str, tuple[str, str]] = {
    "missing": ("没有号码", "no number"),
    "length": ("位数不对", "wrong length"),
    "characters": ("有不该有的字符", "wrong characters"),
    "date": ("出生日期不存在", "no such birth date"),
    "check_digit": ("校验位不对", "wrong check digit"),
    "spreadsheet": ("被表格软件损坏", "damaged by a spreadsheet"),
    "masked": ("被星号遮住", "masked with stars"),
    "several": ("一格里有几个号码", "several numbers in one cell"),
    "with_text": ("和别的文字写在一格", "shares its cell with text"),
    "columns": ("列数与表头不符", "other columns than the headings"),
}
