"""Migrations of the schema, run by ``data.schema``. ``make_migration.py`` beside this file writes a new one."""
