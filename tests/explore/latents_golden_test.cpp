// Latent vectors that the page without a server must come to as well: studio/src/web/latents.test.ts holds its own
// mathematics to the same file. GANYMEDE_WRITE_GOLDEN=1 writes into it what is computed now.
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "ganymede/core/files.h"
#include "ganymede/explore/latents.h"
#include "support/support.h"

namespace ganymede::explore {
namespace {

using nlohmann::ordered_json;

constexpr const char* kFile = "tests/explore/latents.json";

config::LatentConfig latent_of(const ordered_json& asked) {
  const bool uniform = asked["distribution"] == "uniform";
  return {.size = asked["size"].get<int>(),
          .distribution = uniform ? config::LatentDistribution::kUniform : config::LatentDistribution::kNormal};
}

/// [N, size], of points as [seed, index].
Tensor points_of(const ordered_json& latent, const ordered_json& points) {
  std::vector<Exemplar> exemplars;
  for (const auto& point : points) exemplars.push_back({point[0].get<std::uint64_t>(), point[1].get<std::uint64_t>()});
  return latents_of(latent_of(latent), exemplars);
}

Blend blend_named(const ordered_json& name) {
  return name == "linear" ? Blend::kLinear : Blend::kSpherical;
}

/// What a case asks for, by its kind.
Tensor computed(const std::string& kind, const ordered_json& one, const ordered_json& latent) {
  const auto points = [&](const char* name) { return points_of(latent, one[name]); };
  if (kind == "noise") return points_of(one, one["points"]);
  if (kind == "truncated") return models::truncated(latent_of(one), points_of(one, one["points"]), one["truncation"]);
  if (kind == "path") return path(points("points"), one["frames"], blend_named(one["interpolation"]));
  if (kind == "blended") {
    const double x = one["x"], y = one["y"];
    const auto weights = torch::tensor({(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y}).unsqueeze(0);
    return mixed(points("points"), weights.to(at::kFloat));
  }
  if (kind == "perturbations")
    return perturbations(arithmetic(points("a"), points("b"), points("c")), one["radius"], one["seed"]);
  const Tensor along = direction(points("with").to(at::kDouble), points("without").to(at::kDouble));
  return (points("points").to(at::kDouble) + one["by"].get<double>() * along).to(at::kFloat);
}

ordered_json rows_of(const Tensor& values) {
  ordered_json rows = ordered_json::array();
  for (std::int64_t i = 0; i < values.size(0); ++i) {
    ordered_json row = ordered_json::array();
    for (std::int64_t k = 0; k < values.size(1); ++k) row.push_back(values[i][k].item<float>());
    rows.push_back(row);
  }
  return rows;
}

TEST(Latents, AreThoseOfThePageWithoutAServer) {
  const Bytes bytes = read_file(kFile);
  auto golden = ordered_json::parse(std::string(bytes.begin(), bytes.end()));
  std::size_t cases = 0;
  for (auto& [kind, list] : golden["cases"].items()) {
    for (auto& one : list) {
      const Tensor values = computed(kind, one, golden["latent"]);
      if (std::getenv("GANYMEDE_WRITE_GOLDEN") != nullptr) one["values"] = rows_of(values);
      const auto rows = one["values"].get<std::vector<std::vector<float>>>();
      ASSERT_EQ(static_cast<std::int64_t>(rows.size()), values.size(0)) << kind;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_TRUE(values[static_cast<std::int64_t>(i)].allclose(torch::tensor(rows[i]), 0, 1e-5)) << kind << " " << i;
      }
      ++cases;
    }
  }
  EXPECT_GE(cases, 10u);
  if (std::getenv("GANYMEDE_WRITE_GOLDEN") != nullptr) write_file(kFile, golden.dump(1) + "\n");
}

}  // namespace
}  // namespace ganymede::explore
