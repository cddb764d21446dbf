"""What can go wrong in the comparison. Values are names of files, datasets and columns, never anything of a person."""

from bangfu.core.problems import kind

UNKNOWN_DATASET = kind(
    "dataset.unknown",
    zh="不认识数据集“{name}”。能用的有：{known}。",
    en="There is no dataset “{name}”. There are: {known}.",
    do_zh="请按数据集的名字给文件命名，如 vehicles.csv。",
    do_en="Name the file after its dataset, such as vehicles.csv.",
)
DATASET_TWICE = kind(
    "dataset.twice",
    zh="数据集“{name}”有两个文件：{files}。",
    en="The dataset “{name}” has two files: {files}.",
    do_zh="请只留下要用的一个。",
    do_en="Keep only the one to be used.",
)
NO_SUCH_FOLDER = kind(
    "dataset.no_folder",
    zh="找不到文件夹“{folder}”。",
    en="There is no folder “{folder}”.",
    do_zh="请检查路径；每个数据集一个文件，放在这个文件夹里。",
    do_en="Check the path; it holds one file per dataset.",
)
NO_DATASETS = kind(
    "dataset.none",
    zh="文件夹“{folder}”里没有一个数据集。能用的有：{known}。",
    en="The folder “{folder}” holds no dataset. There are: {known}.",
    do_zh="请按数据集的名字给文件命名，如 vehicles.csv。",
    do_en="Name the files after their datasets, such as vehicles.csv.",
)
MISSING_COLUMNS = kind(
    "dataset.missing_columns",
    zh="文件“{file}”缺少必需的列：{columns}。",
    en="The file “{file}” lacks required columns: {columns}.",
    do_zh="请补上这些列，列名写在同一行。",
    do_en="Add these columns, with their headings in one row.",
)
COLUMN_TWICE = kind(
    "dataset.column_twice",
    zh="有两列都对应“{column}”。",
    en="Two columns are taken for “{column}”.",
    do_zh="请只选一列，另一列选择不收。",
    do_en="Choose one of them and leave the other out.",
)
SEVERAL_SHEETS = kind(
    "dataset.several_sheets",
    zh="文件“{file}”有几个工作表都像是数据：{sheets}。",
    en="Several sheets of “{file}” look like the data: {sheets}.",
    do_zh="请合并成一个工作表，或只留下要用的一个。",
    do_en="Put the rows into one sheet, or keep only the one to be used.",
)
SIDECAR = kind(
    "dataset.sidecar",
    zh="“{file}”里{where}写得不对。",
    en="“{file}” is not right at {where}.",
    do_zh="每个数据集可写 as_of（日期）、coverage（行政区划代码的列表）、rows（行数）、widths（定长文件的列宽）。",
    do_en="A dataset may say as_of (a date), coverage (a list of division codes), rows (a count), widths (of fixed-width columns).",
)
CONTROL_TOTAL = kind(
    "dataset.control_total",
    zh="“{dataset}”应有 {expected} 行，实际 {found} 行。",
    en="“{dataset}” should have {expected} rows and has {found}.",
    do_zh="请向提供数据的部门核实。",
    do_en="Ask the department that sent it.",
)
COLUMNS_LACKING = kind(
    "dataset.columns_lacking",
    zh="“{dataset}”没有这些列，有关的比对不完整：{columns}。",
    en="“{dataset}” has no columns {columns}; what depends on them is not compared.",
    do_zh="请向提供数据的部门补要。",
    do_en="Ask the department for them.",
)
UNREADABLE = kind(
    "dataset.unreadable",
    zh="“{dataset}”的“{column}”有 {count} 格读不懂，按空处理，行已保留。",
    en="{count} cells of “{column}” in “{dataset}” cannot be read and count as empty; the rows are kept.",
    do_zh="请抽看几行，必要时向部门核实。",
    do_en="Look at some of them; ask the department if need be.",
)
RULE = kind(
    "rule.invalid",
    zh="规则文件“{file}”的{where}写得不对：{what}",
    en="The rule file “{file}” is not right at {where}: {what}",
    do_zh="请改正后再运行。",
    do_en="Mend it and run again.",
)
OUTPUT_TYPE = kind(
    "call.output",
    zh="结果文件“{file}”的类型不支持。",
    en="The output file “{file}” has an unknown type.",
    do_zh="请用 .csv 或 .parquet 结尾。",
    do_en="Let its name end in .csv or .parquet.",
)
REGISTRY_EMPTY = kind(
    "registry.empty",
    zh="名册“{file}”里有表头，没有一个人。",
    en="The register “{file}” has headings and not one person.",
    do_zh="请检查是否选错了文件。",
    do_en="Check whether this is the right file.",
)
NO_PYSPARK = kind(
    "spark.no_pyspark",
    zh="这里没有装 pyspark，不能用 --engine spark。",
    en="pyspark is not installed here: --engine spark cannot be used.",
    do_zh="请运行 pip install 'bangfu[spark]'，或不写 --engine。",
    do_en="Run pip install 'bangfu[spark]', or leave --engine out.",
)
NO_JAVA = kind(
    "spark.no_java",
    zh="Spark 需要 Java {least} 或更高版本，这台机器上没有找到。",
    en="Spark needs Java {least} or newer; this machine has none.",
    do_zh="请安装（Debian：apt install openjdk-17-jre-headless），或让 JAVA_HOME 指向它。",
    do_en="Install it (Debian: apt install openjdk-17-jre-headless), or let JAVA_HOME lead to it.",
)
NOTHING_SHARED = kind(
    "spark.nothing_shared",
    zh="在集群“{master}”上运行，需要一个各台机器用同一路径都能读写的文件夹。",
    en="To run on “{master}”, a folder is needed that every machine reads and writes under the same name.",
    do_zh="请写 --shared 文件夹，或设置 BANGFU_SHARED。",
    do_en="Give --shared FOLDER, or set BANGFU_SHARED.",
)
SHARED_FOLDER = kind(
    "spark.shared_folder",
    zh="共用的文件夹“{folder}”不存在，或不能写。",
    en="The shared folder “{folder}” does not exist, or cannot be written to.",
    do_zh="请检查路径和权限。",
    do_en="Check the path and who may write there.",
)
NO_SPARK = kind(
    "spark.not_started",
    zh="Spark 没有启动（{master}）。",
    en="Spark did not start ({master}).",
    do_zh="请检查 SPARK_MASTER、Java 和内存上限（--memory）。",
    do_en="Check SPARK_MASTER, Java and the memory limit (--memory).",
)
SPARK_STOPPED = kind(
    "spark.stopped",
    zh="Spark 中途停止（{why}），什么也没有写。",
    en="Spark stopped on the way ({why}); nothing was written.",
    do_zh="请检查内存上限（--memory）和磁盘空间，再运行一次。",
    do_en="Check the memory limit (--memory) and the room on the disk, and run it again.",
)
BAD_MEMORY = kind(
    "call.memory",
    zh="内存上限“{given}”不能用。",
    en="The memory limit “{given}” cannot be used.",
    do_zh="请写数字和单位，如 2GB 或 800MB，不少于 {least}；--memory 没有写时，用 BANGFU_MEMORY。",
    do_en="Give a number and a unit, such as 2GB or 800MB, at least {least}; without --memory, BANGFU_MEMORY counts.",
)
OUT_OF_MEMORY = kind(
    "engine.memory",
    zh="内存上限 {limit} 不够用，什么也没有写。",
    en="The memory limit of {limit} does not suffice; nothing was written.",
    do_zh="请把上限（--memory 或 BANGFU_MEMORY）调大，再运行一次。",
    do_en="Raise the limit (--memory or BANGFU_MEMORY) and run it again.",
)
