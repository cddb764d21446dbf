"""What can go wrong when a protected file is opened."""

from bangfu.core.problems import kind

ALTERED = kind(
    "protection.altered",
    zh="受保护的文件“{file}”与写入时不一致：被改动、截断、调换，或者已经损坏。没有使用它。",
    en="The protected file “{file}” is not what was written: altered, cut off, put in another's place, or damaged. It was not used.",
    do_zh="请从备份恢复这个文件，或重新导入原来的文件。",
    do_en="Restore it from a backup, or bring the original file in again.",
)
OTHER_KEY = kind(
    "protection.other_key",
    zh="受保护的文件“{file}”是用另一把密钥（{fingerprint}）写的，打不开。",
    en="The protected file “{file}” was written with another key ({fingerprint}) and cannot be opened.",
    do_zh="请恢复原来的密钥文件 keys.json。",
    do_en="Restore the former key file keys.json.",
)
