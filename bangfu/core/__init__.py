"""Values, without Django: ID numbers, credit codes, names, money, periods, dates, problems, the clock."""
