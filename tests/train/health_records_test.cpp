// What the monitor says of recorded trainings. docs/reliability.md tells how they were made, and what each looked like.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "ganymede/core/files.h"
#include "ganymede/train/health.h"

namespace ganymede::train {
namespace {

std::vector<std::string> parts_of(const std::string& text, char between) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == between) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

double number(const std::string& text) {
  return text.empty() ? std::numeric_limits<double>::quiet_NaN() : std::strtod(text.c_str(), nullptr);
}

struct Said {
  std::string finding;
  std::uint64_t step = 0;
};

/// By the run's name, each change of what is said; "ok" where it is over.
std::map<std::string, std::vector<Said>> said_of_each() {
  const Bytes bytes = read_file("tests/train/health_records.csv", 4 << 20);
  std::map<std::string, std::vector<Said>> said;
  std::string run, last;
  HealthMonitor monitor;
  for (const std::string& line : parts_of({bytes.begin(), bytes.end()}, '\n')) {
    const auto cells = parts_of(line, ',');
    if (cells.size() < 11) continue;
    if (cells[0] != run) monitor = HealthMonitor(3 * 32 * 32), run = cells[0], last = "ok";
    std::vector<double> v;
    for (const auto& cell : cells) v.push_back(number(cell));
    const auto step = static_cast<std::uint64_t>(v[1]);
    monitor.observe(step, {v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10]});
    const std::string now = monitor.finding() ? name_of(monitor.finding()->kind) : "ok";
    if (now != last) said[run].push_back({now, step});
    said[run];
    last = now;
  }
  return said;
}

std::string text_of(const std::vector<Said>& said) {
  std::string text;
  for (const auto& [finding, step] : said) text += fmt::format("{}@{} ", finding, step);
  return text;
}

TEST(HealthRecords, RunsThatGoWellSayNothing) {
  std::size_t healthy = 0;
  const auto all = said_of_each();
  for (const auto& [run, said] : all) {
    if (!run.ends_with(".healthy")) continue;
    ++healthy;
    EXPECT_TRUE(said.empty()) << run << ": " << text_of(said);
  }
  EXPECT_GE(healthy, 29U);
  // Spoiled in vain.
  for (const char* run :
       {"shapes-dcgan.gfast", "shapes-relativistic.gfast", "shapes-dragan.gfast", "shapes-wgan-gp.gfast",
        "shapes-wgan.gfast", "shapes-wgan.clip0.3", "shapes-dcgan.dfast", "shapes-relativistic.dfast",
        "shapes-acgan.dfast", "shapes-hinge.both", "2 shapes-relativistic.gfast", "2 shapes-wgan-gp.gfast"}) {
    EXPECT_TRUE(all.at(run).empty()) << run << ": " << text_of(all.at(run));
  }
}

TEST(HealthRecords, WhatGoesWrongIsSaid) {
  struct Wanted {
    const char* run;
    const char* first;
    std::uint64_t by;
  };
  const auto all = said_of_each();
  const Wanted wanted[] = {{"cifar10-mlp.both", "saturation", 50},
                           {"cifar10-mlp.gfast", "saturation", 50},
                           {"mnist-dcgan.both", "collapse", 130},
                           {"mnist-dcgan.gfast", "collapse", 450},
                           {"shapes-acgan.both", "noise", 160},
                           {"shapes-acgan.gfast", "class_collapse", 300},
                           {"shapes-acgan.narrowG", "discriminator_wins", 300},
                           {"shapes-dcgan.beta", "discriminator_wins", 250},
                           {"shapes-dcgan.both", "noise", 150},
                           {"shapes-dcgan.gfrozen", "discriminator_wins", 100},
                           {"shapes-dcgan.narrowD", "collapse", 300},
                           {"shapes-dcgan.narrowG", "discriminator_wins", 410},
                           {"shapes-dragan.both", "noise", 150},
                           {"shapes-hinge.dfast", "discriminator_wins", 320},
                           {"shapes-hinge.gfast", "class_collapse", 360},
                           {"shapes-hinge.narrowG", "collapse", 300},
                           {"shapes-least-squares.both", "class_collapse", 300},
                           {"shapes-least-squares.gfast", "class_collapse", 370},
                           {"shapes-relativistic.both", "noise", 150},
                           {"shapes-wgan-gp.both", "saturation", 60},
                           {"2 cifar10-conv.both", "saturation", 60},
                           {"2 pegasus.both", "saturation", 100},
                           {"2 mnist-dcgan.gfast", "collapse", 230},
                           {"2 shapes-acgan.both", "class_collapse", 130},
                           {"2 shapes-acgan.gfast", "class_collapse", 300},
                           {"2 shapes-dcgan.both", "saturation", 330},
                           {"2 shapes-dcgan.narrowD", "collapse", 300},
                           {"2 shapes-dcgan.narrowG", "discriminator_wins", 300},
                           {"2 shapes-hinge.gfrozen", "discriminator_wins", 300},
                           {"2 shapes-least-squares.both", "discriminator_wins", 500},
                           {"2 shapes-least-squares.gfrozen", "discriminator_wins", 300},
                           {"2 shapes-least-squares.narrowG", "discriminator_wins", 300},
                           {"2 shapes-relativistic.both", "runaway", 130},
                           {"2 shapes-wgan-gp.both", "saturation", 70},
                           {"2 shapes-wgan.both", "saturation", 50}};
  for (const auto& [run, first, by] : wanted) {
    ASSERT_FALSE(all.at(run).empty()) << run;
    EXPECT_EQ(all.at(run).front().finding, first) << run;
    EXPECT_LE(all.at(run).front().step, by) << run;
  }
}

}  // namespace
}  // namespace ganymede::train
