"""The parts of a mail as lines of text and grids of cells: HTML, PDF, workbooks, delimited text."""
