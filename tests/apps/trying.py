"""The beginning of a script that tries what a locked-up process must not be able to do."""

TRIED = """
found = {}

def tried(name, action):
    try:
        action()
        found[name] = "done"
    except BaseException as error:
        found[name] = type(error).__name__

"""
