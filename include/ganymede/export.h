/* What the shared library shows of itself; all else is hidden. The same for programs that hide their own symbols. */
#pragma once

#define GANYMEDE_API __attribute__((visibility("default")))
