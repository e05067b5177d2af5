// The TOML library, with the settings all of the program must agree on.
#pragma once

#include <toml++/toml.h>
