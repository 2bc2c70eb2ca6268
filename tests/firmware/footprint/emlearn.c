/* emlearn's elliptic envelope, as its generated code calls it. The headers come from the package emlearn of
   the Python Package Index; they are not part of this project. */
#include <eml_distance.h>

float envelope_distance(const float *x, int features, const float *means, const float *precision);

float envelope_distance(const float *x, int features, const float *means, const float *precision)
{
    const EmlEllipticEnvelope envelope = {features, -1.0f, means, precision};
    float distance = 0.0f;
    eml_elliptic_envelope_predict(&envelope, x, features, &distance);
    return distance;
}
