"""Invents prefectures and their truth. Imports core only, so that truth is not computed by the code it judges.

A household is made in this order, each step by its module: ``families`` (who lives together), ``lives`` (work, income, health,
spending, causes), ``writing`` and ``filing`` (what the union wrote about them, damage included), ``departments`` (what the
registers hold, mostly the same, sometimes not), ``expected`` and ``classes`` (what a comparison and a determination must say).
``strangers`` fills the registers with people who are not on file. ``prefecture`` does all this county by county, a chunk of
households at a time; ``score`` compares findings and determinations with the truth.

What a folder holds: archive/*.xlsx, people.parquet, datasets/*, organisations.csv, settings.yaml; and the answers:
truth.parquet, truth_classes.parquet, and damage.parquet, which says what was done to whose cells.
"""
