#include "ganymede/image/series.h"

#include <algorithm>
#include <cmath>

namespace ganymede::image {
namespace {

constexpr double kLargest = 1e100;
/// Consecutive points of one pixel column, thinned as they come to the lowest and the highest.
class Column {
 public:
  explicit Column(std::vector<Point>& line) : line_(line) {}

  void add(Point point) {
    const double column = std::floor(point.x);
    if (count_ > 0 && column != column_) flush();
    column_ = column;
    if (count_ == 0) low_ = high_ = {point, 0};
    if (point.y < low_.point.y) low_ = {point, count_};
    if (point.y > high_.point.y) high_ = {point, count_};
    ++count_;
  }

  void flush() {
    if (count_ == 0) return;
    const bool low_first = low_.order < high_.order;
    line_.push_back(low_first ? low_.point : high_.point);
    if (low_.order != high_.order) line_.push_back(low_first ? high_.point : low_.point);
    count_ = 0;
  }

 private:
  struct Place {
    Point point;
    long order;
  };
  std::vector<Point>& line_;
  Place low_{}, high_{};
  double column_ = 0;
  long count_ = 0;
};

}  // namespace

bool drawable(double value) {
  return std::isfinite(value) && std::abs(value) <= kLargest;
}

std::vector<std::vector<Point>> polylines(const Series& series, const Scale& x, const Scale& y) {
  std::vector<std::vector<Point>> lines;
  const size_t count = std::min(series.x.size(), series.y.size());
  for (size_t i = 0; i < count;) {
    if (!drawable(series.x[i]) || !drawable(series.y[i])) {
      ++i;
      continue;
    }
    std::vector<Point>& line = lines.emplace_back();
    Column column(line);
    Point last{};
    for (; i < count && drawable(series.x[i]) && drawable(series.y[i]); ++i) {
      last = {x(series.x[i]), y(series.y[i])};
      if (line.empty())
        line.push_back(last);
      else
        column.add(last);
    }
    column.flush();
    if (line.back().x != last.x) line.push_back(last);  // a line ends where its data does
  }
  return lines;
}

Series smoothed(const Series& series, double weight) {
  Series result = series;
  result.faint = false;
  double average = 0, mass = 0;  // mass = 1 - weight^n: how much of the average is data
  for (double& value : result.y) {
    if (!std::isfinite(value)) continue;
    average = weight * average + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    value = average / mass;
  }
  return result;
}

}  // namespace ganymede::image
