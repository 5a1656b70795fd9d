#include "tinyml_dot.h"
#include "tinyml_stateful.h"

enum { GATES = 4, CURVE_PLACES = 256 };

#define HALF_MULTIPLIER 1073741824 /* 2^30 */

/* 65536 / (1 + exp(-k / 24)), each a little above the curve, as the lines between them are below
 * it. tanh(x) is 2 * sigmoid(2 x) - 1, so that one table serves both.
 */
static const TINYML_FLASH uint16_t sigmoid_curve[CURVE_PLACES] = {
    32768, 33451, 34133, 34813, 35493, 36169, 36843, 37513, 38180, 38841, 39498, 40149, 40794,
    41432, 42064, 42688, 43304, 43912, 44511, 45102, 45683, 46255, 46817, 47369, 47911, 48443,
    48964, 49475, 49975, 50464, 50942, 51409, 51865, 52311, 52745, 53169, 53581, 53983, 54374,
    54755, 55125, 55485, 55834, 56174, 56503, 56823, 57133, 57433, 57724, 58007, 58280, 58544,
    58800, 59048, 59288, 59519, 59743, 59959, 60168, 60370, 60565, 60753, 60935, 61110, 61279,
    61441, 61599, 61750, 61896, 62036, 62172, 62302, 62428, 62549, 62666, 62778, 62886, 62990,
    63090, 63186, 63279, 63368, 63454, 63536, 63615, 63691, 63765, 63835, 63903, 63968, 64030,
    64090, 64148, 64204, 64257, 64308, 64357, 64405, 64450, 64494, 64536, 64576, 64614, 64652,
    64687, 64721, 64754, 64786, 64816, 64845, 64873, 64900, 64926, 64950, 64974, 64997, 65019,
    65039, 65060, 65079, 65097, 65115, 65132, 65149, 65164, 65179, 65194, 65208, 65221, 65234,
    65246, 65258, 65269, 65280, 65291, 65301, 65310, 65319, 65328, 65337, 65345, 65352, 65360,
    65367, 65374, 65381, 65387, 65393, 65399, 65404, 65410, 65415, 65420, 65425, 65429, 65433,
    65438, 65442, 65445, 65449, 65453, 65456, 65459, 65462, 65465, 65468, 65471, 65474, 65476,
    65479, 65481, 65483, 65485, 65488, 65489, 65491, 65493, 65495, 65497, 65498, 65500, 65501,
    65503, 65504, 65505, 65507, 65508, 65509, 65510, 65511, 65512, 65513, 65514, 65515, 65516,
    65517, 65517, 65518, 65519, 65520, 65520, 65521, 65522, 65522, 65523, 65523, 65524, 65524,
    65525, 65525, 65526, 65526, 65526, 65527, 65527, 65528, 65528, 65528, 65529, 65529, 65529,
    65529, 65530, 65530, 65530, 65530, 65531, 65531, 65531, 65531, 65531, 65532, 65532, 65532,
    65532, 65532, 65532, 65533, 65533, 65533, 65533, 65533, 65533, 65533, 65533, 65534, 65534,
    65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65535,
};

/* x in Q3.12 -> Q0.15. An int16 gets no further than three quarters into the table. */
static int32_t sigmoid(int32_t x)
{
    const int32_t magnitude = 3 * (x < 0 ? -x : x), place = magnitude >> 9;
    const int32_t near = sigmoid_curve[place], far = sigmoid_curve[place + 1];
    const int32_t y = near * (INT32_C(1) << 9) + (magnitude & 511) * (far - near);

    return (x < 0 ? (INT32_C(1) << 25) - y + (1 << 9) - 1 : y + (1 << 9)) >> 10;
}

/* x * 2^shift in Q3.12 -> Q0.15. */
static int32_t hyperbolic_tangent(int32_t x, int shift)
{
    const int32_t scaled = shift < 0 ? (3 * x + (INT32_C(1) << (-shift - 1))) >> -shift
                                     : x * (INT32_C(3) << shift);
    const int32_t magnitude = scaled < 0 ? -scaled : scaled, place = magnitude >> 8;
    int32_t y = INT32_C(0xffff) << 8;

    if (place < CURVE_PLACES - 1) {
        const int32_t near = sigmoid_curve[place], far = sigmoid_curve[place + 1];

        y = near * (INT32_C(1) << 8) + (magnitude & 255) * (far - near);
    }
    y -= INT32_C(1) << 23;
    return (scaled < 0 ? 127 - y : y + 128) >> 8;
}

static int32_t saturate_int16(int32_t x)
{
    return tinyml_clamp(x, INT16_MIN, INT16_MAX);
}

static int32_t rescale(int32_t x, tinyml_factor factor)
{
    return tinyml_requantize(x, factor.multiplier, factor.shift);
}

/* What one dense layer gives to the gates of a unit. */
static void contribute(const tinyml_gate_inputs *layer, unsigned unit, const int8_t *input,
                       int32_t gates[GATES])
{
    const uint32_t first = (uint32_t)unit * GATES;

    for (unsigned gate = 0; gate < GATES; gate++)
        gates[gate] = layer->bias[first + gate];
    tinyml_dot_four(layer->weights + unit * tinyml_dot_bytes(layer->inputs), layer->inputs, input,
                    gates);
    for (unsigned gate = 0; gate < GATES; gate++)
        gates[gate] = saturate_int16(rescale(gates[gate], layer->to_gate[gate]));
}

/* Bring a unit's cell one step on and return what it shows of it. */
static int8_t step_unit(const tinyml_lstm *layer, const int32_t gates[GATES], int16_t *cell)
{
    const tinyml_factor halve_15_times = {HALF_MULTIPLIER, 14};
    const int32_t kept = rescale(sigmoid(gates[1]) * *cell, halve_15_times);
    const int32_t taken =
        rescale(sigmoid(gates[0]) * hyperbolic_tangent(gates[2], 0), layer->to_cell);
    const int32_t sum = saturate_int16(kept) + saturate_int16(taken);

    *cell = (int16_t)tinyml_clamp(sum, layer->cell_minimum, layer->cell_maximum);

    const int32_t shown = hyperbolic_tangent(*cell, layer->cell_shift) * sigmoid(gates[3]);
    const int32_t q = rescale(shown, layer->to_hidden), zero_point = layer->zero_point;

    return (int8_t)(tinyml_clamp(q, INT8_MIN - zero_point, INT8_MAX - zero_point) + zero_point);
}

void tinyml_run_lstm(const tinyml_lstm *layer, const int8_t *input, int8_t *hidden, void *cell,
                     int8_t *output)
{
    const int8_t *before = hidden; /* the hidden state after the last step */

    for (unsigned step = 0; step < layer->steps; step++) {
        for (unsigned unit = 0; unit < layer->units; unit++) {
            int32_t gates[GATES], remembered[GATES];

            contribute(&layer->from_input, unit, input, gates);
            contribute(&layer->from_hidden, unit, before, remembered);
            for (unsigned gate = 0; gate < GATES; gate++)
                gates[gate] = saturate_int16(gates[gate] + remembered[gate]);
            output[unit] = step_unit(layer, gates, (int16_t *)cell + unit);
        }
        before = output;
        input += layer->from_input.inputs;
        output += layer->units;
    }
    for (unsigned unit = 0; unit < layer->units; unit++)
        hidden[unit] = before[unit];
}
