"""Files become presentations: uploads, the jail they are opened in, their pages and films, and who may read them."""
