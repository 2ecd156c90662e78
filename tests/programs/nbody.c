/* SPDX-License-Identifier: Apache-2.0
 *
 * nbody [STEPS] [LINES] - the sun and four planets, after the well-known benchmark. */
#include <math.h>

#include "program.h"

#define BODIES 5

struct body {
    double place[3], speed[3], mass;
};

#define PI 3.141592653589793
#define DAYS 365.24

static struct body bodies[BODIES] = {
    {{0, 0, 0}, {0, 0, 0}, 4 * PI * PI},
    {{4.84143144246472090, -1.16032004402742839, -0.103622044471123109},
     {0.00166007664274403694 * DAYS, 0.00769901118419740425 * DAYS,
      -0.0000690460016972063 * DAYS},
     0.000954791938424326609 * 4 * PI * PI},
    {{8.34336671824457987, 4.12479856412430479, -0.403523417114321381},
     {-0.00276742510726411 * DAYS, 0.00499852801234917238 * DAYS,
      0.0000230417297573763929 * DAYS},
     0.000285885980666130812 * 4 * PI * PI},
    {{12.8943695621391310, -15.1111514016986312, -0.223307578892655734},
     {0.00296460137564761618 * DAYS, 0.0023784717395948095 * DAYS,
      -0.0000296589568540237556 * DAYS},
     0.0000436624404335156298 * 4 * PI * PI},
    {{15.3796971148509165, -25.9193146099879641, 0.179258772950371181},
     {0.00268067772490389322 * DAYS, 0.00162824170038242295 * DAYS,
      -0.000095159225451971587 * DAYS},
     0.0000515138902046611451 * 4 * PI * PI},
};

static void advance(double dt)
{
    for (int i = 0; i < BODIES; i++) {
        for (int j = i + 1; j < BODIES; j++) {
            double d[3], square = 0;
            for (int k = 0; k < 3; k++) {
                d[k] = bodies[i].place[k] - bodies[j].place[k];
                square += d[k] * d[k];
            }
            double magnitude = dt / (square * sqrt(square));
            for (int k = 0; k < 3; k++) {
                bodies[i].speed[k] -= d[k] * bodies[j].mass * magnitude;
                bodies[j].speed[k] += d[k] * bodies[i].mass * magnitude;
            }
        }
    }
    for (int i = 0; i < BODIES; i++) {
        for (int k = 0; k < 3; k++) {
            bodies[i].place[k] += dt * bodies[i].speed[k];
        }
    }
}

int main(int argc, char **argv)
{
    uint64_t steps = argument(argc, argv, 1, 100000);
    uint64_t lines = argument(argc, argv, 2, 20);
    uint64_t sum = CHECKSUM_START;

    for (uint64_t line = 1; line <= lines; line++) {
        for (uint64_t i = 0; i < steps / lines; i++) {
            advance(0.01);
        }
        for (int i = 0; i < BODIES; i++) {
            sum = checksum_double(sum, bodies[i].place[0]);
        }
        say("orbit", line, sum);
    }
    return 0;
}
