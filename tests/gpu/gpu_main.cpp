// Runs the tests of device code on the GPU of this machine; without one all of them are skipped,
// with the reason.
#include "engine/cuda/cuda_backend.h"

#include <gtest/gtest.h>

namespace {

class NeedsGpu : public testing::Environment {
    void SetUp() override
    {
        const auto made = mixscope::CudaBackend::create();
        if (!made) GTEST_SKIP() << made.error().what << ". " << made.error().hint;
    }
};

} // namespace

int main(int argc, char** argv)
{
    testing::InitGoogleTest(&argc, argv);
    testing::AddGlobalTestEnvironment(new NeedsGpu); // gtest owns it
    return RUN_ALL_TESTS();
}
