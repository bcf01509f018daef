// SPDX-License-Identifier: Apache-2.0
#define CATCH_CONFIG_MAIN // NOLINT: Catch2's own switch
#include "tests/support/catch.hpp"
