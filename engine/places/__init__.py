"""Where a postal address lies: administrative units before and since 1/7/2025, and what a text may mean by them."""
