/* Everything that gleaner.hpp has, made for both scalars: what this file asks of the library is what C++ can reach. */
#include "gleaner.hpp"

template class gleaner::Model<float>;
template class gleaner::Model<double>;
template class gleaner::FactorOver<float>;
template class gleaner::FactorOver<double>;
template class gleaner::Factor<float, 3>;
template class gleaner::Factor<double, 3>;
template class gleaner::ReservoirOver<float>;
template class gleaner::ReservoirOver<double>;
template class gleaner::Reservoir<float, 3>;
template class gleaner::Reservoir<double, 3>;
template class gleaner::MergeOver<float>;
template class gleaner::MergeOver<double>;
template class gleaner::Merge<float, 3>;
template class gleaner::Merge<double, 3>;
template class gleaner::Drift<float>;
template class gleaner::Drift<double>;
template class gleaner::KroneckerOver<float>;
template class gleaner::KroneckerOver<double>;
template class gleaner::TopOver<float>;
template class gleaner::TopOver<double>;
template class gleaner::Top<float, 3>;
template class gleaner::Top<double, 3>;
template class gleaner::BottomOver<float>;
template class gleaner::BottomOver<double>;
template class gleaner::Bottom<float, 3>;
template class gleaner::Bottom<double, 3>;
template class gleaner::Poisson<float>;
template class gleaner::Poisson<double>;
template class gleaner::AliasOver<float>;
template class gleaner::AliasOver<double>;
template class gleaner::Alias<float, 3>;
template class gleaner::Alias<double, 3>;
template class gleaner::Mix<float>;
template class gleaner::Mix<double>;
template class gleaner::PivotalOver<float>;
template class gleaner::PivotalOver<double>;
template class gleaner::Pivotal<float, 5, 3, 2>;
template class gleaner::Pivotal<double, 5, 3, 0>;
template class gleaner::TotalsOver<float>;
template class gleaner::TotalsOver<double>;
template class gleaner::Totals<float, 3>;
template class gleaner::Totals<double, 3>;
template class gleaner::MomentsOver<float>;
template class gleaner::MomentsOver<double>;
template class gleaner::Moments<float, 3>;
template class gleaner::Moments<double, 3>;
template class gleaner::SampleOver<float>;
template class gleaner::SampleOver<double>;
template class gleaner::Sample<float, 3>;
template class gleaner::Sample<double, 3>;
template class gleaner::SelectorOver<float>;
template class gleaner::SelectorOver<double>;
template class gleaner::Selector<float, 100, 3>;
template class gleaner::Selector<double, 100, 3>;
template class gleaner::Residuals<float>;
template class gleaner::Residuals<double>;
template class gleaner::QuantileOver<float>;
template class gleaner::QuantileOver<double>;
template class gleaner::Quantile<float, 16>;
template class gleaner::Quantile<double, 16>;
template class gleaner::StoreOver<float>;
template class gleaner::StoreOver<double>;
template class gleaner::Store<float, 3, 5, 100>;
template class gleaner::Store<double, 3, 5, 100>;

template <class T>
using Recall = bool (*)(uint32_t, gleaner::Span<T>, T&);
template gleaner::Status gleaner::SelectorOver<float>::rebase(gleaner::Model<float>, Recall<float>) noexcept;
template gleaner::Status gleaner::SelectorOver<double>::rebase(gleaner::Model<double>, Recall<double>) noexcept;
template <class T>
using RecallAll = bool (*)(uint32_t, gleaner::Span<T>, gleaner::Span<T>);
template gleaner::Status gleaner::SelectorOver<float>::rebase(gleaner::Model<float>, RecallAll<float>) noexcept;
template gleaner::Status gleaner::SelectorOver<float>::thin(size_t, gleaner::Span<gleaner::Candidate<float>>,
                                                            gleaner::Span<float>, Recall<float>) noexcept;
template gleaner::Status gleaner::SelectorOver<double>::thin(size_t, gleaner::Span<gleaner::Candidate<double>>,
                                                             gleaner::Span<double>, Recall<double>) noexcept;

template <class T>
using Span = gleaner::Span<T>;
template gleaner::Status gleaner::SampleOver<float>::record(Span<const float>, Span<uint8_t>, size_t&) const noexcept;
template gleaner::Status gleaner::SampleOver<double>::record(Span<const float>, Span<uint8_t>, size_t&) const noexcept;
template gleaner::Status gleaner::standardise<float>(Span<const float>, Span<const float>, Span<const float>,
                                                     Span<float>) noexcept;
template gleaner::Status gleaner::standardise<double>(Span<const double>, Span<const double>, Span<const double>,
                                                      Span<double>) noexcept;
template gleaner::Status gleaner::evaluate<float>(int32_t, Span<const float>, float,
                                                  gleaner::ActivationAt<float>&) noexcept;
template gleaner::Status gleaner::evaluate<double>(int32_t, Span<const double>, double,
                                                   gleaner::ActivationAt<double>&) noexcept;
template gleaner::Status gleaner::explain<float>(const gleaner::Model<float>&, const gleaner::FactorOver<float>&,
                                               Span<const float>, Span<float>, Span<float>, Span<float>,
                                               gleaner::Explanation<float>&) noexcept;
template gleaner::Status gleaner::leverage_threshold<float>(float, uint64_t, uint64_t, float&) noexcept;
template gleaner::Status gleaner::explain<double>(const gleaner::Model<double>&, const gleaner::FactorOver<double>&,
                                               Span<const double>, Span<double>, Span<double>, Span<double>,
                                               gleaner::Explanation<double>&) noexcept;
template gleaner::Status gleaner::leverage_threshold<double>(double, uint64_t, uint64_t, double&) noexcept;

template gleaner::Status gleaner::loss<float>(const gleaner::Target<float>*, float, float&, float&) noexcept;
template gleaner::Status gleaner::loss<double>(const gleaner::Target<double>*, double, double&, double&) noexcept;
template gleaner::Status gleaner::optimal_score<float>(float, float, float&) noexcept;
template gleaner::Status gleaner::optimal_score<double>(double, double, double&) noexcept;
template gleaner::Status gleaner::cautious_score<float>(float, float, float, float, float&) noexcept;
template gleaner::Status gleaner::cautious_score<double>(double, double, double, double, double&) noexcept;

template <class T>
using Position = void (*)(const gleaner::Kept<T>&, Span<T>);
template gleaner::Status gleaner::ReservoirOver<float>::thin(size_t, size_t, Position<float>,
                                                             Span<gleaner::Candidate<float>>, Span<float>) noexcept;
template gleaner::Status gleaner::ReservoirOver<double>::thin(size_t, size_t, Position<double>,
                                                              Span<gleaner::Candidate<double>>, Span<double>) noexcept;

/* Functions that are no templates: here by their addresses. */
extern const void* const addresses[];
const void* const addresses[] = {
    reinterpret_cast<const void*>(&gleaner::version),       reinterpret_cast<const void*>(&gleaner::abi),
    reinterpret_cast<const void*>(&gleaner::write_record),  reinterpret_cast<const void*>(&gleaner::read_record),
    reinterpret_cast<const void*>(&gleaner::read_snapshot), reinterpret_cast<const void*>(&gleaner_status_text),
    reinterpret_cast<const void*>(&gleaner::draws),         reinterpret_cast<const void*>(&gleaner::accuracy),
};
