// Sorting many floats by their bits: several times as fast as by comparing them, and no float is compared.
#pragma once

#include <span>

namespace ganymede::quality {

/// Sorts `values`, lowest first, by four counting passes over a byte each (radix sort, lowest byte first). -0 comes
/// before 0, NaNs by their sign before or behind all numbers. `room` has as many places; what it holds is lost.
void sort_floats(std::span<float> values, std::span<float> room);

}  // namespace ganymede::quality
