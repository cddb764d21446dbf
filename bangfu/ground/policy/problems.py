"""What can go wrong with policy."""

from bangfu.core.problems import kind
from bangfu.ground.acts.problems import for_constraint

_CORRECT_ZH = "请改正这个文件，再载入。"
_CORRECT_EN = "Correct this file and load it again."

FILE_BROKEN = kind(
    "policy.file_broken",
    zh="政策文件 {file} 有错：{why}。",
    en="The policy file {file} has an error: {why}.",
    do_zh="请按 5329-dali.yaml 开头的说明改正。",
    do_en="Correct it as the head of 5329-dali.yaml explains.",
)
UNKNOWN_CODE = kind(
    "policy.unknown_code",
    zh="政策文件 {file} 里的“{code}”不是已知的项目。",
    en="“{code}” in the policy file {file} is no known value.",
    do_zh="可用的项目列在 policy/places/codes.yaml。",
    do_en="policy/places/codes.yaml lists those there are.",
)
WRONG_VALUE = kind(
    "policy.wrong_value",
    zh="政策文件 {file} 里 {code} 从 {day} 起的值“{value}”不对。",
    en="In the policy file {file} the value “{value}” of {code} from {day} is wrong.",
    do_zh="请写成这样：{wanted}。",
    do_en="Write it like this: {wanted}.",
)
UNKNOWN_DOCUMENT = kind(
    "policy.unknown_document",
    zh="政策文件 {file} 里 {code} 从 {day} 起的依据“{document}”没有说明是什么文件。",
    en="In the policy file {file} nothing says what “{document}” is, on which {code} from {day} stands.",
    do_zh="请在这个文件的 documents 里，或在 policy/documents.yaml 里写明（中文和英文）。",
    do_en="Say it under documents in this file, or in policy/documents.yaml, in Chinese and English.",
)
ENDS_BEFORE_IT_STARTS = kind(
    "policy.ends_before_it_starts",
    zh="政策文件 {file} 里 {code} 的最后一天 {last} 早于第一天 {first}。",
    en="In the policy file {file} the last day of {code}, {last}, is before its first, {first}.",
    do_zh=_CORRECT_ZH,
    do_en=_CORRECT_EN,
)
OVERLAP = kind(
    "policy.overlap",
    zh="政策文件 {file} 里 {code} 有两个值在时间上重叠：{first} 和 {second}。",
    en="In the policy file {file} two values of {code} overlap in time: {first} and {second}.",
    do_zh="请给前一个写上最后一天（to）。",
    do_en="Give the earlier one a last day (to).",
)
ORGANISATION_TWICE = kind(
    "policy.organisation_twice",
    zh="{first} 和 {second} 都是组织 {organisation} 的政策文件。",
    en="{first} and {second} are both policy files of the organisation {organisation}.",
    do_zh="请合成一个文件。",
    do_en="Make them one file.",
)
NO_FILES = kind(
    "policy.no_files",
    zh="{folder} 里没有政策文件。",
    en="There are no policy files in {folder}.",
    do_zh="请给出有 .yaml 文件的文件夹。",
    do_en="Give a folder that has .yaml files.",
)
NOT_SET = kind(
    "policy.not_set",
    zh="{organisation}在 {day} 没有设定“{title}”（{code}）。",
    en="For {organisation} nothing sets “{title}” ({code}) on {day}.",
    do_zh="请在这个组织或上级的政策文件里写上这一天的值，再载入政策。",
    do_en="Write a value for this day into the policy file of this union or of one above it, and load the policy.",
)
OVERLAP_REFUSED = kind(
    "policy.overlap_refused",
    zh="数据库里已有同一组织、同一项目、时间重叠的值，没有载入。",
    en="The database already has a value of the same union and code whose time overlaps; nothing was loaded.",
    do_zh="请重新载入政策。",
    do_en="Load the policy again.",
)
for_constraint("policy_value_no_overlap", OVERLAP_REFUSED)
