/* Swap Monte Carlo of polydisperse soft spheres, written straightforwardly: one Verlet list made from cells, the energy
 * difference summed over the neighbours of the particles that move. The peer of benches/swap.rs.
 *
 *     gcc -O3 -march=native swap.c -lm -o swap && ./swap CONFIGURATION TEMPERATURE SKIN MOVES
 *
 * CONFIGURATION: N, edge of the cube, then x y z diameter of every particle. Prints moves per second of CPU time, the
 * accepted fractions of displacements and swaps, and the energy per particle (running, and summed afresh). */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SIDE 0.12
#define SWAP_FRACTION 0.2
#define CUTOFF 1.25
#define NONADDITIVITY 0.2

typedef struct { double x, y, z, s; } Particle;

static int n;
static double edge, inverse_edge, skin, largest, c0, c2, c4;
static Particle *p, *listed;
static int *first, *neighbour, *head, *next;
static uint64_t state[4];

static double cpu_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

/* xoshiro256+ */
static uint64_t rotated(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
static uint64_t random_bits(void) {
    uint64_t result = state[0] + state[3], t = state[1] << 17;
    state[2] ^= state[0]; state[3] ^= state[1]; state[1] ^= state[2]; state[0] ^= state[3];
    state[2] ^= t; state[3] = rotated(state[3], 45);
    return result;
}
static double uniform(void) { return (random_bits() >> 11) * 0x1p-53; }
static int particle(void) { return (int)(((__uint128_t)random_bits() * n) >> 64); }

static inline double image(double d) { return d - edge * __builtin_rint(d * inverse_edge); }
static inline double sigma_squared(double a, double b) {
    double s = 0.5 * (a + b) * (1 - NONADDITIVITY * fabs(a - b));
    return s * s;
}
static inline double pair(double r2, double s2) {
    if (r2 >= CUTOFF * CUTOFF * s2) return 0;
    double x2 = r2 / s2, i2 = 1 / x2, i6 = i2 * i2 * i2;
    return i6 * i6 + c0 + x2 * (c2 + x2 * c4);
}
static inline double squared(double x, double y, double z, const Particle *k) {
    double dx = image(x - k->x), dy = image(y - k->y), dz = image(z - k->z);
    return dx * dx + dy * dy + dz * dz;
}

static double total(void) {
    double energy = 0;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) energy += pair(squared(p[i].x, p[i].y, p[i].z, &p[j]), sigma_squared(p[i].s, p[j].s));
    return energy;
}

static void make_list(void) {
    double reach = CUTOFF * largest + skin;
    int m = (int)(edge / reach), count = 0;
    if (m < 3) m = 3;
    for (int c = 0; c < m * m * m; c++) head[c] = -1;
    static int *home;
    if (!home) home = malloc(sizeof(int) * n);
    for (int i = 0; i < n; i++) {
        double at[3] = {p[i].x, p[i].y, p[i].z};
        int cell[3];
        for (int k = 0; k < 3; k++) {
            cell[k] = (int)((at[k] * inverse_edge - floor(at[k] * inverse_edge)) * m);
            if (cell[k] >= m) cell[k] = m - 1;
        }
        home[i] = (cell[0] * m + cell[1]) * m + cell[2];
        next[i] = head[home[i]];
        head[home[i]] = i;
    }
    for (int i = 0; i < n; i++) {
        first[i] = count;
        int z = home[i] % m, y = home[i] / m % m, x = home[i] / m / m;
        for (int a = -1; a <= 1; a++)
            for (int b = -1; b <= 1; b++)
                for (int c = -1; c <= 1; c++) {
                    int cell = ((x + a + m) % m * m + (y + b + m) % m) * m + (z + c + m) % m;
                    for (int j = head[cell]; j >= 0; j = next[j])
                        if (j != i && squared(p[i].x, p[i].y, p[i].z, &p[j]) < reach * reach) neighbour[count++] = j;
                }
    }
    first[n] = count;
    memcpy(listed, p, sizeof(Particle) * n);
}

static double energy_of_move(int i, double x, double y, double z) {
    double change = 0;
    for (int q = first[i]; q < first[i + 1]; q++) {
        Particle record = p[neighbour[q]], *k = &record;
        double s2 = sigma_squared(p[i].s, k->s);
        change += pair(squared(x, y, z, k), s2) - pair(squared(p[i].x, p[i].y, p[i].z, k), s2);
    }
    return change;
}

static double energy_of_diameter(int i, double s, int but) {
    double change = 0;
    for (int q = first[i]; q < first[i + 1]; q++) {
        if (neighbour[q] == but) continue;
        Particle record = p[neighbour[q]], *k = &record;
        double r2 = squared(p[i].x, p[i].y, p[i].z, k);
        change += pair(r2, sigma_squared(s, k->s)) - pair(r2, sigma_squared(p[i].s, k->s));
    }
    return change;
}

int main(int count, char **argument) {
    FILE *file = count > 4 ? fopen(argument[1], "r") : NULL;
    if (!file || fscanf(file, "%d %lf", &n, &edge) != 2) return 2;
    p = malloc(sizeof(Particle) * n);
    listed = malloc(sizeof(Particle) * n);
    for (int i = 0; i < n; i++) {
        if (fscanf(file, "%lf %lf %lf %lf", &p[i].x, &p[i].y, &p[i].z, &p[i].s) != 4) return 2;
        if (p[i].s > largest) largest = p[i].s;
    }
    double beta = 1 / atof(argument[2]);
    skin = atof(argument[3]);
    long moves = atol(argument[4]), tried[2] = {0, 0}, taken[2] = {0, 0};
    inverse_edge = 1 / edge;
    c0 = -28 / pow(CUTOFF, 12); c2 = 48 / pow(CUTOFF, 14); c4 = -21 / pow(CUTOFF, 16);
    first = malloc(sizeof(int) * (n + 1)); neighbour = malloc(sizeof(int) * n * 600);
    head = malloc(sizeof(int) * 1000000); next = malloc(sizeof(int) * n);
    for (int k = 0; k < 4; k++) state[k] = 0x9e3779b97f4a7c15ull * (k + 1);
    make_list();
    double energy = total(), safe = 0.5 * (skin - 0.5 * sqrt(3) * SIDE), start = cpu_seconds();
    for (long m = 0; m < moves; m++) {
        int swap = uniform() < SWAP_FRACTION, i = particle();
        tried[swap]++;
        if (swap) {
            int j = particle();
            if (i == j) continue;
            double change = energy_of_diameter(i, p[j].s, j) + energy_of_diameter(j, p[i].s, i);
            if (change > 0 && uniform() >= exp(-beta * change)) continue;
            double s = p[i].s; p[i].s = p[j].s; p[j].s = s;
            energy += change;
        } else {
            double x = p[i].x + SIDE * (uniform() - 0.5), y = p[i].y + SIDE * (uniform() - 0.5),
                   z = p[i].z + SIDE * (uniform() - 0.5), change = energy_of_move(i, x, y, z);
            if (change > 0 && uniform() >= exp(-beta * change)) continue;
            p[i].x = x; p[i].y = y; p[i].z = z;
            energy += change;
            x -= listed[i].x; y -= listed[i].y; z -= listed[i].z;
            if (x * x + y * y + z * z > safe * safe) make_list();
        }
        taken[swap]++;
    }
    double seconds = cpu_seconds() - start;
    printf("%.6g %.4f %.4f %.10f %.10f\n", moves / seconds, (double)taken[0] / tried[0], (double)taken[1] / tried[1],
           energy / n, total() / n);
    return 0;
}
