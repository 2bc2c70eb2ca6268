/* The C border under a fuzzer: calls on the same objects in any order, with right and wrong arguments, and structs,
 * memory and items whose numbers are the fuzzer's. What stays true is what the header lets a caller promise: pointers
 * have the memory that their lengths say, and a model that is in use does not change.
 *
 * Found are: crashes, sanitizers' reports, panics of the library (built with debug assertions and overflow checks),
 * outputs written on an error, objects changed by one, results out of their documented range. */
#include "choices.h"
#include "factor.h"
#include "moments.h"
#include "networks.h"
#include "odd.h"
#include "records.h"
#include "samplers.h"
#include "selector.h"
#include "snapshots.h"
#include "spread.h"
#include "store.h"

int F(border)(const uint8_t *data, size_t size);

int F(border)(const uint8_t *data, size_t size)
{
  int steps = 0;
  bytes = data;
  left = size;
  while (left > 0 && steps++ < 200) {
    /* What came later has the last numbers, so that older inputs mean what they meant. */
    const uint8_t kind = byte();
    switch (kind < 229 ? kind % 18 : kind < 234 ? kind - 189 : kind - 216) {
      case 0:
      case 1:
      case 2:
        factor_step();
        break;
      case 3:
        reservoir_step();
        break;
      case 4:
        top_step();
        break;
      case 5:
        moments_step();
        break;
      case 6:
        standardise_step();
        break;
      case 7:
        activation_step();
        break;
      case 8:
      case 9:
        model_step();
        break;
      case 10:
        fit_step();
        break;
      case 11:
        record_step();
        break;
      case 12:
        snapshot_step();
        break;
      case 13:
      case 14:
        store_step();
        break;
      case 18:
      case 19:
        bottom_step();
        break;
      case 20:
      case 21:
        poisson_step();
        break;
      case 22:
      case 23:
        alias_step();
        break;
      case 24:
        terms_step();
        break;
      case 25:
      case 26:
        mix_step();
        break;
      case 27:
        score_step();
        break;
      case 28:
      case 29:
        pivotal_step();
        break;
      case 30:
      case 31:
        thin_step();
        break;
      case 32:
      case 33:
        totals_step();
        break;
      case 34:
        vector_step();
        break;
      case 35:
        diagnose_step();
        break;
      case 36:
      case 37:
        quantile_step();
        break;
      case 38:
        contributions_step();
        break;
      case 39:
        explain_step();
        break;
      case 40:
        sketch_step();
        break;
      case 41:
        kronecker_step();
        break;
      case 42:
        own_step();
        break;
      case 43:
        merge_step();
        break;
      case 44:
        drift_step();
        break;
      default:
        selector_step();
        break;
    }
  }
  store_end();
  snapshots_end();
  factor_end();
  samplers_end();
  choices_end();
  spread_end();
  odd_end();
  moments_end();
  selector_end();
  networks_end();
  nets_end();
  return 0;
}
