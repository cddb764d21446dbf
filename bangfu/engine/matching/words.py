"""What a finding is called that asks whether two may be the same person."""

KIND, CONCLUSION = "可能同一人", "疑点"
RULE = "可能同一人/no_usable_number"
# What else it may be: shown with every such finding.
MAY_BE = (
    ("双胞胎或兄弟姐妹", "A twin, or a brother or sister"),
    ("同名同龄的另一个人", "Another person of the same name and age"),
)
