"""What values know of each other: linear forms, comparisons that are stated, populations and their shares."""
