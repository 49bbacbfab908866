"""Parts that the console's pages are made of: small JSComponents that draw what Python holds and tell what was pressed."""
