from serving import ganymede, program, runs, server, start, warm  # noqa: F401
