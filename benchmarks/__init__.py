"""What is measured, against what, and how to repeat it: ``make bench``. Ratios of one run on one machine, never timed tests."""
