/* The version of these headers, for C and C++. ganymede_version() and ganymede::version() say that of the library. */
#pragma once

#define GANYMEDE_VERSION_MAJOR 0
#define GANYMEDE_VERSION_MINOR 1
#define GANYMEDE_VERSION_PATCH 0

/* One number to compare: 0.1.0 is 100, 1.2.3 is 10203. */
#define GANYMEDE_VERSION_NUMBER (GANYMEDE_VERSION_MAJOR * 10000 + GANYMEDE_VERSION_MINOR * 100 + GANYMEDE_VERSION_PATCH)

/* The C++ names are those of one minor version: a program that was built for another does not find them, instead of
 * reading structures that have changed. The C names stay. See docs/library.md. */
#define GANYMEDE_CXX_VERSION v0_1
