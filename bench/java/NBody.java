// SPDX-License-Identifier: Apache-2.0
// Floating point and fields: five bodies that attract each other, N steps.
final class NBody {
    static final class Body {
        double x, y, z, vx, vy, vz, mass;
    }

    static void advance(Body[] bodies, double dt) {
        for (int i = 0; i < bodies.length; i++) {
            Body a = bodies[i];
            for (int j = i + 1; j < bodies.length; j++) {
                Body b = bodies[j];
                double dx = a.x - b.x, dy = a.y - b.y, dz = a.z - b.z;
                double square = dx * dx + dy * dy + dz * dz + 0.01;
                double force = dt / (square * Math.sqrt(square));
                a.vx -= dx * b.mass * force;
                a.vy -= dy * b.mass * force;
                a.vz -= dz * b.mass * force;
                b.vx += dx * a.mass * force;
                b.vy += dy * a.mass * force;
                b.vz += dz * a.mass * force;
            }
        }
        for (Body b : bodies) {
            b.x += dt * b.vx;
            b.y += dt * b.vy;
            b.z += dt * b.vz;
        }
    }

    public static void main(String[] args) {
        Body[] bodies = new Body[5];
        for (int i = 0; i < bodies.length; i++) {
            Body b = bodies[i] = new Body();
            b.x = i * 3 + 1;
            b.y = i * i - 2;
            b.z = 5 - i;
            b.vx = 0.1 * i;
            b.vy = 0.3 - 0.05 * i;
            b.mass = 1.0 / (i + 1);
        }
        for (int n = Integer.parseInt(args[0]); n > 0; n--) {
            advance(bodies, 0.001);
        }
        long sum = 0;
        for (Body b : bodies) {
            sum = sum * 31 + Double.doubleToLongBits(b.x + b.vy);
        }
        System.out.println(sum);
    }
}
