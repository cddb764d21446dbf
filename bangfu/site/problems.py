"""What can go wrong when an instance is started or stopped. Values are paths, names of parts and lines of server logs."""

from bangfu.core.problems import kind

NO_BINARIES = kind(
    "site.no_database_programs",
    zh="找不到 PostgreSQL 的程序（找过：{looked}）。",
    en="The programs of PostgreSQL were not found (looked at: {looked}).",
    do_zh="请重新运行 make setup；或用 BANGFU_PG_PREFIX 指明安装位置；或用 DATABASE_URL 指明已有的服务器。",
    do_en="Run make setup again; or name the place of an installation in BANGFU_PG_PREFIX; or a server in DATABASE_URL.",
)
CANNOT_START = kind(
    "site.database_does_not_start",
    zh="数据库起不来：\n{why}",
    en="The database does not start:\n{why}",
    do_zh="\n日志在“{log}”。请检查磁盘是否还有空间、文件夹是否被改动，再运行一次。",
    do_en="\nThe log is “{log}”. See that the disk has room and that nobody changed the folder, and run it again.",
)
CANNOT_STOP = kind(
    "site.database_does_not_stop",
    zh="数据库（进程 {pid}）没有停下来。",
    en="The database (process {pid}) did not stop.",
    do_zh="请过一会儿再运行 bangfu stop。",
    do_en="Run bangfu stop again in a while.",
)
OTHER_VERSION = kind(
    "site.database_of_another_version",
    zh="“{folder}”里的数据是 PostgreSQL {found} 的，现在的程序是 {have}。",
    en="The data in “{folder}” is of PostgreSQL {found}, the programs at hand are of {have}.",
    do_zh="请装回原来的版本（或用 BANGFU_PG_PREFIX 指明），用 bangfu backup 备份，再换新版本恢复。",
    do_en="Go back to the version it was made with (or name it in BANGFU_PG_PREFIX), run bangfu backup, and restore with the new one.",
)
NO_ROOM = kind(
    "site.folder_cannot_be_written",
    zh="“{folder}”写不进去（{why}）。",
    en="“{folder}” cannot be written ({why}).",
    do_zh="请用建立它的那个账号运行，或用 BANGFU_HOME 指定另一个文件夹。",
    do_en="Run as the account that made it, or name another folder in BANGFU_HOME.",
)
CLOSED_FOLDER = kind(
    "site.folder_is_closed",
    zh="数据库进不去自己的文件夹“{folder}”：它或它上面的文件夹改成了不让别的账号进入。",
    en="The database cannot reach its own folder “{folder}”: it, or a folder above it, has been closed to other accounts.",
    do_zh="请恢复这些文件夹原来的权限。",
    do_en="Give these folders back the permissions they had.",
)
NOT_OURS = kind(
    "site.folder_is_not_ours",
    zh="“{folder}”应当是本账号自己的文件夹，别人不能进，现在不是。",
    en="“{folder}” should be this account's own folder, closed to others, and it is not.",
    do_zh="请把它移走，再运行一次。",
    do_en="Move it away and run again.",
)
NO_ACCOUNT = kind(
    "site.no_account_for_database",
    zh="以 root 运行时，数据库要用账号“{name}”，这台机器上没有。",
    en="Under root, the database runs as the account “{name}”, which this machine does not have.",
    do_zh="请建立这个账号，或用普通账号运行。",
    do_en="Create this account, or run as an ordinary user.",
)
ALREADY_SERVING = kind(
    "site.already_running",
    zh="“{home}”已经在运行。",
    en="“{home}” is running already.",
    do_zh="要重新启动，请先运行 bangfu stop。",
    do_en="To start it afresh, run bangfu stop first.",
)
KEEPS_DYING = kind(
    "site.part_keeps_ending",
    zh="“{name}”一启动就退出，接连 {times} 次（最后的退出码 {code}），不再重试，其余部分也已停下。",
    en="“{name}” ended {times} times in a row right after its start (last exit code {code}); it is not tried again; the rest was ended.",
    do_zh="原因见日志“{log}”的末尾。",
    do_en="The end of the log “{log}” says why.",
)
CANNOT_RUN = kind(
    "site.part_cannot_be_run",
    zh="“{name}”运行不了：{why}。",
    en="“{name}” cannot be run: {why}.",
    do_zh="请重新运行 make setup。",
    do_en="Run make setup again.",
)
NOT_ALLOWED_TO_STOP = kind(
    "site.not_allowed_to_stop",
    zh="进程 {pid} 属于另一个账号，停不了。",
    en="Process {pid} belongs to another account and cannot be stopped.",
    do_zh="请用启动它的那个账号运行 bangfu stop。",
    do_en="Run bangfu stop as the account that started it.",
)
CANNOT_MIGRATE = kind(
    "site.tables_cannot_be_made",
    zh="数据库的表没有建好或更新好，没有启动。",
    en="The tables of the database could not be made or brought up to date; nothing was started.",
    do_zh="原因见日志“{log}”的末尾；数据没有改动，解决后再运行一次。",
    do_en="The end of the log “{log}” says why; no data was changed: mend it and run again.",
)
UNSAFE_ROLE = kind(
    "site.role_is_too_powerful",
    zh="DATABASE_URL 里的账号“{role}”是超级用户或表的主人，按行隔离对它不起作用，没有启动。",
    en="The role “{role}” of DATABASE_URL is a superuser or owns tables: row-level security means nothing to it. Nothing was started.",
    do_zh="请在 DATABASE_URL 里写一个什么也不拥有的账号，建表的账号写在 DATABASE_OWNER_URL 里（见 README）。",
    do_en="Name a role that owns nothing in DATABASE_URL, and the one that makes tables in DATABASE_OWNER_URL (see the README).",
)
PORT_TAKEN = kind(
    "site.port_is_taken",
    zh="{host} 的 {port} 端口不能用（{why}）。",
    en="Port {port} of {host} cannot be used ({why}).",
    do_zh="请用 --port 换一个端口。",
    do_en="Choose another one with --port.",
)
NO_ANSWER = kind(
    "site.pages_do_not_answer",
    zh="启动了，但过了 {seconds} 秒网页还没有应答。",
    en="It was started, but the pages did not answer within {seconds} seconds.",
    do_zh="日志在“{logs}”里。",
    do_en="The logs are in “{logs}”.",
)
