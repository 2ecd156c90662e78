#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# docs_current.sh - pages that are made from sources are what their sources say.
cd "$(dirname "$0")/../.." || exit 1
exec "${PYTHON:-python3}" scripts/gen-bytecode-doc --check
