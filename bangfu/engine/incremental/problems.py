"""What can go wrong with a standing comparison."""

from bangfu.core.problems import kind

NONE_THERE = kind(
    "standing.none",
    zh="文件夹“{folder}”里没有留存的比对。",
    en="The folder “{folder}” holds no standing comparison.",
    do_zh="请先做一次完整比对。",
    do_en="Compare everything once first.",
)
DAMAGED = kind(
    "standing.damaged",
    zh="留存的比对不完整或被改动过：{file}。",
    en="The standing comparison is not whole, or was changed by somebody: {file}.",
    do_zh="请删除这个文件夹，重新做一次完整比对。",
    do_en="Remove the folder and compare everything once more.",
)
OF_ANOTHER_VERSION = kind(
    "standing.version",
    zh="留存的比对是另一个版本的程序做的（{version}）。",
    en="The standing comparison was made by another version of the program ({version}).",
    do_zh="请重新做一次完整比对。",
    do_en="Compare everything once more.",
)
FILE_TWICE = kind(
    "standing.file_twice",
    zh="“{file}”已经在数据集“{dataset}”里了。",
    en="“{file}” is in the dataset “{dataset}” already.",
    do_zh="同一份文件不用再收；内容不同的，请换一个文件名。",
    do_en="A file is taken once; give one with other contents another name.",
)
DELIVERY_GONE = kind(
    "standing.delivery_gone",
    zh="要重新读数据集“{dataset}”，但收下的数据已经不在了：{file}。",
    en="The dataset “{dataset}” has to be read again, but what was staged of it is gone: {file}.",
    do_zh="请重新收入这份数据，再做一次完整比对。",
    do_en="Bring the delivery again and compare everything once more.",
)
NOT_DELIVERED = kind(
    "standing.not_delivered",
    zh="数据集“{dataset}”还没有数据，没有可以更正或删除的。",
    en="The dataset “{dataset}” has no delivery yet: there is nothing to correct or to withdraw.",
    do_zh="请先收入完整的一份。",
    do_en="Take a whole delivery in first.",
)
SEALED = kind(
    "standing.sealed",
    zh="数据集“{dataset}”是密封的，不能进留存的比对。",
    en="The dataset “{dataset}” is sealed: a standing comparison does not take it.",
    do_zh="请用完整比对。",
    do_en="Use a full comparison.",
)
DUCKDB_ONLY = kind(
    "standing.duckdb_only",
    zh="留存的比对不问“可能同一人”，也不在 Spark 上运行。",
    en="A standing comparison does not ask who may be the same person, and does not run on Spark.",
    do_zh="请用完整比对。",
    do_en="Use a full comparison.",
)
