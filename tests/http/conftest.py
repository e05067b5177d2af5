from serving import ganymede, program, runs, server, start, translating, warm  # noqa: F401
