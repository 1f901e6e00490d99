"""What goes to the journal of our own units."""


def print_traceback() -> None:
    """The exception that is being handled. `traceback` is imported only now: it costs every start 8 ms."""
    import traceback

    traceback.print_exc()
