/* The forward pass of a dense network as one writes it in plain C, layers chosen at run time as the
   library's are: what its output is measured against. */
#include <stddef.h>
#include <stdint.h>

struct plain_layer {
    const float *weights, *bias; /* bias NULL: none */
    uint32_t inputs, outputs, relu;
};

/* `work` has room for all neurons; the result is the first output. */
float plain_forward(const struct plain_layer *layers, uint32_t depth, const float *x, float *work)
{
    const float *in = x;
    float *out = work;
    uint32_t index, k, j;
    for (index = 0; index < depth; index++) {
        const struct plain_layer *layer = &layers[index];
        const float *weight = layer->weights;
        for (k = 0; k < layer->outputs; k++) {
            float sum = layer->bias != NULL ? layer->bias[k] : 0.0f;
            for (j = 0; j < layer->inputs; j++) {
                sum += *weight++ * in[j];
            }
            out[k] = layer->relu && sum < 0.0f ? 0.0f : sum;
        }
        in = out;
        out += layer->outputs;
    }
    return in[0];
}
