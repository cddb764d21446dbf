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
