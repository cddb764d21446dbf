"""What can go wrong with an uploaded file before anybody looks inside."""

from bangfu.core.problems import kind

TOO_LARGE = kind(
    "upload.too_large",
    zh="文件“{file}”超过了上传上限 {most} MB，没有收下。",
    en="“{file}” is larger than the limit of {most} MB and was not taken.",
    do_zh="请压缩成 Parquet、分几次提供，或请管理员调高上限。",
    do_en="Deliver it as Parquet or in parts, or ask an administrator to raise the limit.",
)
EMPTY_UPLOAD = kind(
    "upload.empty",
    zh="文件“{file}”是空的，没有收下。",
    en="“{file}” is empty and was not taken.",
    do_zh="请检查文件后重新上传。",
    do_en="Check the file and upload it again.",
)
NO_ROOM = kind(
    "upload.no_room",
    zh="磁盘空间不够，文件“{file}”没有收下，什么也没有留下。",
    en="The disk is full: “{file}” was not taken, and nothing of it is left.",
    do_zh="请管理员腾出空间后重新上传。",
    do_en="Ask an administrator to make room, then upload it again.",
)
UPLOAD_GONE = kind(
    "upload.gone",
    zh="上传的文件“{file}”已不在这台机器上。",
    en="The uploaded file “{file}” is no longer on this machine.",
    do_zh="请重新上传。",
    do_en="Upload it again.",
)
NO_UPLOAD = kind(
    "upload.none",
    zh="没有收到文件。",
    en="No file arrived.",
    do_zh="请选择一个文件再上传。",
    do_en="Choose a file and upload it again.",
)
