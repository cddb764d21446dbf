"""What can go wrong when a prefecture is invented, or findings are scored."""

from bangfu.core.problems import kind

FOLDER_NOT_EMPTY = kind(
    "call.folder_not_empty",
    zh="文件夹 {folder} 里已有东西，不会覆盖。",
    en="The folder {folder} is not empty, and nothing in it will be overwritten.",
    do_zh="请另给一个新文件夹。",
    do_en="Name another folder, one that is new or empty.",
)
NOT_A_FOLDER = kind(
    "call.not_a_folder",
    zh="{folder} 不是文件夹。",
    en="{folder} is not a folder.",
    do_zh="请另给一个文件夹名。",
    do_en="Name a folder.",
)
HOUSEHOLDS_RANGE = kind(
    "call.households_range",
    zh="户数 {households} 不在 1 到 {most} 之间（再多就超出一个工作表的行数）。",
    en="{households} households are not between 1 and {most} (more would not fit on a worksheet).",
    do_zh="请另给一个户数。",
    do_en="Ask for another number.",
)
CANNOT_WRITE = kind(
    "generate.cannot_write",
    zh="写不了文件夹 {folder}：{reason}。",
    en="The folder {folder} cannot be written: {reason}.",
    do_zh="请检查权限和剩余空间。",
    do_en="Check its permissions and the space that is left.",
)
NOT_READABLE = kind(
    "score.not_readable",
    zh="读不了 {file}：它不是 CSV 或 Parquet 表，或缺少列 {columns}。",
    en="{file} cannot be read: it is no CSV or Parquet table, or lacks the columns {columns}.",
    do_zh="请给出 bangfu generate、compare 或 identify 写出的文件。",
    do_en="Give a file that bangfu generate, compare or identify wrote.",
)
NOTHING_TO_SCORE = kind(
    "score.nothing",
    zh="{file} 里没有一户属于这份标准答案。",
    en="{file} holds no household of this truth.",
    do_zh="请检查两份文件是否出自同一次 generate。",
    do_en="Check that both files come from one run of generate.",
)
