"""What can go wrong with the sealing of the trail."""

from bangfu.core.problems import kind

HISTORY_SHORTER = kind(
    "trail.history_shorter",
    zh="数据库里的留痕比已封存的少或不同（数据库 {held} 条，凭证 {sealed} 条），没有继续封存。",
    en="The database holds less of the trail than was sealed, or something else ({held} entries; the checkpoint says {sealed}); "
    "sealing stopped.",
    do_zh="请先运行 bangfu trail verify。如果是从备份恢复的，再运行 bangfu trail seal --restored。",
    do_en="First run bangfu trail verify. If the database was restored from a backup, then run bangfu trail seal --restored.",
)
OWN_EDGE = kind(
    "trail.own_edge",
    zh="上次封存留下的中间值与凭证不符（{size} 条处），没有继续封存。",
    en="What the last sealing left to go on from does not fit its checkpoint (at {size} entries); sealing stopped.",
    do_zh="请运行 bangfu trail verify，并报告审计管理员。",
    do_en="Run bangfu trail verify, and tell the audit administrator.",
)
FORKED = kind(
    "trail.forked",
    zh="{organisation} 送来的凭证（{size} 条）接不上以前收到的凭证（{former} 条）：那里的留痕被改写或截断。",
    en="The checkpoint of {organisation} ({size} entries) does not continue the one received before ({former} entries): the trail "
    "there was rewritten or cut off.",
    do_zh="没有收下。请保留这个文件，联系该单位和上级审计。",
    do_en="It was not accepted. Keep this file, and talk to that union and to the auditors above.",
)
GAP = kind(
    "trail.gap",
    zh="这个凭证只证明它接着第 {proves} 条，这里最近收到的是第 {held} 条。",
    en="This checkpoint proves only that it continues {proves} entries; the last one received here has {held}.",
    do_zh="请先收下两者之间的凭证，或请对方运行 bangfu trail export --since {held}。",
    do_en="First receive those between, or ask for one made by bangfu trail export --since {held}.",
)
BAD_SIGNATURE = kind(
    "trail.bad_signature",
    zh="凭证“{file}”的签名不对，或不是 {organisation} 以前使用的密钥（指纹 {fingerprint}）。",
    en="The signature of “{file}” is wrong, or not by the key that {organisation} used before (fingerprint {fingerprint}).",
    do_zh="没有收下。请与该单位当面或电话核对密钥指纹。",
    do_en="It was not accepted. Compare the key's fingerprint with that union in person or by telephone.",
)
NOT_ALL_ERASED = kind(
    "trail.not_all_erased",
    zh="要删除 {asked} 条，能删除的只有 {found} 条：其余没有封存、不存在，或不在管辖范围内；一条也没有删。",
    en="Of {asked} rows only {found} can be erased: the others are not sealed yet, not there, or outside the area; none was erased.",
    do_zh="请先运行 bangfu trail seal，再核对要删除的条目。",
    do_en="First run bangfu trail seal; then check which rows are meant.",
)
NOTHING_SEALED = kind(
    "trail.nothing_sealed",
    zh="还没有封存过任何留痕。",
    en="Nothing of the trail was sealed yet.",
    do_zh="请先运行 bangfu trail seal。",
    do_en="First run bangfu trail seal.",
)
CANNOT_CHECK = kind(
    "trail.cannot_check",
    zh="留痕无法检验：{why}。",
    en="The trail cannot be checked: {why}.",
    do_zh="请用数据库所有者的连接，或 bangfu trail export --rows 写出的完整文件。",
    do_en="Connect as the owner of the database, or use a whole file written by bangfu trail export --rows.",
)
