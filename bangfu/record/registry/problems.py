"""What can go wrong in the registry."""

from bangfu.core.problems import kind
from bangfu.ground.acts.problems import for_constraint

IN_ANOTHER_FILE = kind(
    "registry.in_another_file",
    zh="这个家庭有人已在另一份在档的档案里，一人只能在一份档案中。",
    en="Somebody of this household is already in another open file; a person belongs to one file only.",
    do_zh="请先核对是否同一家庭；确属他处在档的，请上级工会协调。",
    do_en="Check whether it is the same family; if the other file is elsewhere, ask the union above to settle it.",
)
for_constraint("one_person_in_one_open_file", IN_ANOTHER_FILE)
for_constraint("one_open_file_per_household", IN_ANOTHER_FILE)
ON_FILE_HERE = kind(
    "registry.on_file_here",
    zh="这个人已在档案 {number} 中，一人只能在一份档案中。",
    en="This person is already in file {number}; a person belongs to one file only.",
    do_zh="请打开那份档案核对是否同一家庭。",
    do_en="Open that file and check whether it is the same family.",
)
ON_FILE_ELSEWHERE = kind(
    "registry.on_file_elsewhere",
    zh="这个人已在别处在档，一人只能在一份档案中。",
    en="This person is already on file elsewhere; a person belongs to one file only.",
    do_zh="请核对身份证号；确属他处在档的，请上级工会协调。",
    do_en="Check the ID number; if the person is on file elsewhere, ask the union above to settle it.",
)
ALREADY_COMMITTED = kind(
    "registry.already_committed",
    zh="这一批已经提交（现在是“{state}”），不能再做这一步。",
    en="This batch has gone further (it is now “{state}”); this step can no longer be done.",
    do_zh="请打开这一批查看结果，或重新上传文件。",
    do_en="Open the batch to see what came of it, or upload the file again.",
)
CONTROL_ROWS = kind(
    "registry.control_rows",
    zh="送档单位说有 {expected} 行，文件里有 {found} 行。",
    en="The sender states {expected} rows; the file holds {found}.",
    do_zh="请与送档单位核对；确认无误后填写原因再提交。",
    do_en="Ask the sender; if it is right, say why and commit.",
)
CONTROL_HOUSEHOLDS = kind(
    "registry.control_households",
    zh="送档单位说有 {expected} 户，文件里有 {found} 户。",
    en="The sender states {expected} households; the file holds {found}.",
    do_zh="请与送档单位核对；确认无误后填写原因再提交。",
    do_en="Ask the sender; if it is right, say why and commit.",
)
SUM_DIFFERS = kind(
    "registry.sum_differs",
    zh="各段合计 {counted} 行，文件有 {rows} 行，不相等。",
    en="The chunks add up to {counted} rows, the file has {rows}.",
    do_zh="请把批号告诉管理员。",
    do_en="Tell an administrator the number of the batch.",
)
RAW_DROPPED = kind(
    "registry.raw_dropped",
    zh="“{file}”已过保存期，上传的文件和读出的行已经删除。",
    en="“{file}” was kept as long as it may be; the uploaded file and the rows read of it are gone.",
    do_zh="需要时请重新上传原来的文件。",
    do_en="Upload the original file again if it is needed.",
)
