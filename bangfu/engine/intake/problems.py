"""What can go wrong while reading office files and deliveries. Values are file names, sheets, headings: never a person's."""

from bangfu.core.problems import kind

_SAVE_AS_ZH = "请在 Excel 或 WPS 里另存为 .xlsx，再试一次。"
_SAVE_AS_EN = "Save it as .xlsx in Excel or WPS and try again."
_AGAIN_ZH = "请向提供数据的人再要一份。"
_AGAIN_EN = "Ask whoever sent it for a new copy."

NO_SUCH_FILE = kind(
    "file.missing",
    zh="找不到文件“{file}”。",
    en="There is no file “{file}”.",
    do_zh="请检查路径和文件名。",
    do_en="Check the path and the name.",
)
EMPTY_FILE = kind(
    "file.empty", zh="文件“{file}”是空的。", en="The file “{file}” is empty.", do_zh=_AGAIN_ZH, do_en=_AGAIN_EN
)
WRONG_TYPE = kind(
    "file.type",
    zh="文件“{file}”是{found}，不是表格。",
    en="The file “{file}” is {found}, not a table.",
    do_zh="能读的有 .xlsx、.xls、.csv、.txt、.dbf 和 .parquet。",
    do_en="Files of type .xlsx, .xls, .csv, .txt, .dbf and .parquet can be read.",
)
DAMAGED = kind(
    "file.damaged",
    zh="文件“{file}”已损坏，打不开。",
    en="The file “{file}” is damaged and cannot be opened.",
    do_zh=_AGAIN_ZH,
    do_en=_AGAIN_EN,
)
PASSWORD = kind(
    "file.password",
    zh="文件“{file}”设了打开密码。",
    en="The file “{file}” is protected by a password.",
    do_zh="请先去掉密码，再试一次。",
    do_en="Remove the password and try again.",
)
MACROS = kind(
    "file.macros",
    zh="文件“{file}”里有宏，为安全起见不打开。",
    en="The file “{file}” holds macros and is not opened, for safety.",
    do_zh=_SAVE_AS_ZH,
    do_en=_SAVE_AS_EN,
)
BINARY_WORKBOOK = kind(
    "file.old_form",
    zh="文件“{file}”是{found}格式，读不了。",
    en="The file “{file}” is in the {found} format, which is not read.",
    do_zh=_SAVE_AS_ZH,
    do_en=_SAVE_AS_EN,
)
BOMB = kind(
    "file.bomb",
    zh="文件“{file}”解压后有 {size} MB，大得不正常，没有打开。",
    en="The file “{file}” unpacks to {size} MB, which is abnormal; it was not opened.",
    do_zh=_AGAIN_ZH,
    do_en=_AGAIN_EN,
)
TOO_MANY_ROWS = kind(
    "file.rows",
    zh="文件“{file}”的工作表声称有 {rows} 行，超出了表格软件的上限 1,048,576 行。",
    en="A sheet of “{file}” claims {rows} rows, beyond the limit of 1,048,576 that spreadsheets have.",
    do_zh="请删除表格下方的空行另存一份，或改用 CSV 格式提供。",
    do_en="Delete the empty rows below the table and save again, or deliver it as CSV.",
)
TOO_WIDE = kind(
    "file.cells",
    zh="文件“{file}”的工作表占了 {cells} 个格子，多半是远处有一个多余的格子。",
    en="A sheet of “{file}” spans {cells} cells; probably one stray cell lies far away.",
    do_zh="请把有用的行列复制到新工作表，另存后再试。",
    do_en="Copy the useful rows and columns to a new sheet, save and try again.",
)
NUL_BYTES = kind(
    "file.nul",
    zh="文件“{file}”里有 NUL 字节，不是正常的文本。",
    en="The file “{file}” holds NUL bytes and is no proper text.",
    do_zh="请用 UTF-8 或 GB18030 编码重新导出。",
    do_en="Export it again as UTF-8 or GB18030.",
)
ENCODING = kind(
    "file.encoding",
    zh="文件“{file}”既不是 UTF-8 也不是 GB18030 编码。",
    en="The file “{file}” is neither UTF-8 nor GB18030.",
    do_zh="请用 UTF-8 编码重新导出。",
    do_en="Export it again as UTF-8.",
)
NO_WORKBOOKS = kind(
    "file.no_workbooks",
    zh="文件夹“{folder}”里没有档案工作簿（.xlsx 或 .xls）。",
    en="There is no archive workbook (.xlsx or .xls) in the folder “{folder}”.",
    do_zh="请检查文件夹。",
    do_en="Check the folder.",
)
NOT_STAGED = kind(
    "staged.missing",
    zh="暂存文件夹里没有“{file}”，可能没有读完就中断了。",
    en="The staging folder has no “{file}”; perhaps reading was interrupted.",
    do_zh="请重新读取原文件。",
    do_en="Read the original file again.",
)
STAGED_CHANGED = kind(
    "staged.changed",
    zh="暂存的“{file}”与读取时不一样了，不能再用。",
    en="The staged “{file}” is no longer what was read and cannot be used.",
    do_zh="请重新读取原文件，并查明是谁改动了暂存文件夹。",
    do_en="Read the original file again, and find out who changed the staging folder.",
)
STAGED_OLD = kind(
    "staged.old",
    zh="暂存的“{file}”是用旧的数据集声明读取的，缺少现在要用的列。",
    en="The staged “{file}” was read by an older declaration of its dataset and lacks columns that are needed now.",
    do_zh="请重新读取原文件。",
    do_en="Read the original file again.",
)
NO_SUCH_SHEET = kind(
    "archive.no_sheet",
    zh="文件“{file}”里没有“职工”工作表，也没有能认出的困难职工汇总表；有的是：{sheets}。",
    en="“{file}” has no sheet “职工” and no summary table that can be recognised; it has: {sheets}.",
    do_zh="请用模板填写（bangfu template），或把工作表改名为“职工”和“家庭成员”。",
    do_en="Use the template (bangfu template), or name the sheets “职工” and “家庭成员”.",
)
MISSING_COLUMNS = kind(
    "archive.missing_columns",
    zh="文件“{file}”的工作表“{sheet}”缺少必需的列：{columns}。",
    en="The sheet “{sheet}” of “{file}” lacks required columns: {columns}.",
    do_zh="请补上这些列，列名写在同一行。",
    do_en="Add these columns, with their headings in one row.",
)
COLUMN_TWICE = kind(
    "archive.column_twice",
    zh="文件“{file}”的工作表“{sheet}”里“{column}”出现了两次。",
    en="The sheet “{sheet}” of “{file}” has the column “{column}” twice.",
    do_zh="请删去多余的一列，或改成各自的列名。",
    do_en="Delete one of them, or give each its own heading.",
)
UNKNOWN_FIELD = kind(
    "columns.unknown_field",
    zh="“{column}”对应的“{field}”不是能用的列。",
    en="“{column}” was matched with “{field}”, which is no column that can be used.",
    do_zh="请在列表里另选一列，或选择不收这一列。",
    do_en="Choose another one from the list, or leave the column out.",
)
UNIT = kind(
    "archive.unit",
    zh="文件“{file}”的工作表“{sheet}”以{unit}为单位，读不了。",
    en="The sheet “{sheet}” of “{file}” is in units of “{unit}”, which are not read.",
    do_zh="请换算成元或万元。",
    do_en="Convert the amounts to yuan, or to ten thousands of yuan.",
)
NO_ROWS = kind(
    "archive.no_rows",
    zh="文件“{file}”里有表头，没有一行数据。",
    en="“{file}” has headings and not one row of data.",
    do_zh="请检查是否选错了文件。",
    do_en="Check whether this is the right file.",
)
NO_NAME = kind(
    "row.no_name",
    zh="没有姓名。",
    en="The name is missing.",
    do_zh="请填写姓名。",
    do_en="Fill in the name.",
)
NO_HEAD_NUMBER = kind(
    "row.no_head",
    zh="户主身份证号对不上“职工”表里的任何一户。",
    en="The head's ID number fits no household of the sheet “职工”.",
    do_zh="请核对户主身份证号；如果户主那一行有错，先改正那一行。",
    do_en="Check the head's number; if the head's own row is wrong, mend that first.",
)
HEAD_NUMBER_DAMAGED = kind(
    "row.head_number",
    zh="户主的身份证号不能用，这一户无法建档。",
    en="The head's ID number cannot be used, so no file can be kept for this household.",
    do_zh="请先改正户主的身份证号。",
    do_en="Mend the head's ID number first.",
)
TWICE_DIFFERENT = kind(
    "row.twice",
    zh="与 {place} 行是同一个人，但内容不同：{columns}。",
    en="The same person as row {place}, with other content: {columns}.",
    do_zh="请留下正确的一行，删去另一行。",
    do_en="Keep the right row and delete the other.",
)
IN_TWO_FILES = kind(
    "row.two_files",
    zh="这个人已在 {place} 行的家庭里，一人只能在一份档案中。",
    en="This person already belongs to the household at row {place}; one person can be in one file only.",
    do_zh="请核实两户是否为一家，只保留一份档案。",
    do_en="Find out whether the two are one family, and keep one file.",
)
HOUSEHOLD_BLOCKED = kind(
    "row.household_blocked",
    zh="这一户没有收进来，原因见 {place} 行。",
    en="This household was not brought in; see row {place} for the reason.",
    do_zh="请先处理那一行。",
    do_en="Settle that row first.",
)
NOT_IN_LIST = kind(
    "value.not_in_list",
    zh="“{column}”写的不在代码表里，已按原样保留。",
    en="The value of “{column}” is not in its code list; it is kept as written.",
    do_zh="请从下拉列表里选一个。",
    do_en="Choose one from the list.",
)
TOO_MANY_CODES = kind(
    "value.too_many",
    zh="“{column}”最多选 {most} 项，这里写了 {count} 项，已按原样保留。",
    en="“{column}” takes at most {most} values; {count} are written and kept.",
    do_zh="请删去次要的。",
    do_en="Delete the lesser ones.",
)
NOT_YES_OR_NO = kind(
    "value.yes_no",
    zh="“{column}”应填是或否，读不出来。",
    en="“{column}” should say 是 or 否 and cannot be read.",
    do_zh="请填“是”或“否”。",
    do_en="Write 是 or 否.",
)
NOT_A_COUNT = kind(
    "value.count",
    zh="“{column}”应是一个整数，读不出来。",
    en="“{column}” should be a whole number and cannot be read.",
    do_zh="请只填数字。",
    do_en="Write digits only.",
)
NOT_A_MOBILE = kind(
    "value.mobile",
    zh="手机号码应为 11 位数字，已按原样保留。",
    en="A mobile number has 11 digits; it is kept as written.",
    do_zh="请核对号码。",
    do_en="Check the number.",
)
CARD_CHECK = kind(
    "value.card",
    zh="银行卡号通不过校验，多半写错了一位；已按原样保留。",
    en="The bank card number fails its check, so a digit is probably wrong; it is kept as written.",
    do_zh="发放前请对照银行卡核对。",
    do_en="Compare it with the card before anything is paid.",
)
CARD_DAMAGED = kind(
    "value.card_damaged",
    zh="银行卡号被表格软件当成数字，后几位已丢失。",
    en="A spreadsheet took the bank card number for a figure and lost its last digits.",
    do_zh="请把这一列设为“文本”格式，再重新填写。",
    do_en="Format the column as text and write it again.",
)
NO_FORMULA_VALUE = kind(
    "cell.formula",
    zh="“{column}”是公式，文件里没有存它的结果。",
    en="“{column}” is a formula whose result is not stored in the file.",
    do_zh="请在 Excel 里打开、保存一次，或把公式改成数值。",
    do_en="Open and save the file in Excel once, or replace the formula by its value.",
)
ERROR_VALUE = kind(
    "cell.error",
    zh="“{column}”的格子里是公式错误（如 #N/A）。",
    en="The cell of “{column}” holds a formula error such as #N/A.",
    do_zh="请改成正确的数值。",
    do_en="Replace it by the right value.",
)
SEX_DIFFERS = kind(
    "check.sex",
    zh="性别与身份证号不一致。",
    en="The sex differs from what the ID number says.",
    do_zh="请核对；系统不会自动改。",
    do_en="Check it; nothing is changed automatically.",
)
BIRTH_DIFFERS = kind(
    "check.birth",
    zh="出生日期与身份证号不一致。",
    en="The birth date differs from what the ID number says.",
    do_zh="请核对；系统不会自动改（档案和证件不一致的确有）。",
    do_en="Check it; nothing is changed automatically (papers do disagree at times).",
)
PERSONS_DIFFER = kind(
    "check.persons",
    zh="家庭人口写 {said} 人，表里列了 {listed} 人。",
    en="The file says {said} persons and lists {listed}.",
    do_zh="请补全家庭成员，或改正家庭人口。",
    do_en="Add the missing members, or mend the number.",
)
