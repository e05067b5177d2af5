from serving import program, runs, server, start  # noqa: F401
