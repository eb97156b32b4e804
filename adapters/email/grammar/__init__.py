"""What people write and what it means: words, units, numbers, dates, amounts, headings; one reading or none."""
