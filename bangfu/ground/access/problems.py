"""What can go wrong with people, organisations and sealed values."""

from bangfu.core.problems import kind

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
